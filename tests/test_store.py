"""The store looks up what cannot have changed, and nothing else."""

import contextlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from postgres import Postgres

from grader.grading import Graded
from grader.inside import wire
from grader.observation import Outcome, Printed
from grader.observe import Code
from grader.record import Record
from grader.score import Judgement
from grader.store import Store, StoreError, result_basis, result_key

CODE = Code("top5", "top5.py", {"top5.py": b"x = 1", "helper.py": b""})
LIMITS = wire.Limits()
RECORD = Record(
    submission="caf\udce9", sha256="0" * 64, assignment="a", grader="0", cases="c", isolation="walls", device="cpu",
    score=1.0, points=2.0, status="graded",
)  # fmt: skip


def graded(outcome: Outcome = Outcome.PASSED) -> Graded:
    return Graded((Judgement("top5.order", "title", outcome, "caf\u00e9"),), (Printed("visible", b"\xff\x00", 0.1, 9),))


def key(**changes: object) -> str:
    settings: dict[str, object] = {
        "cases": ["v", "h"],
        "limits": LIMITS,
        "isolation": "walls",
        "device": "cpu",
    } | changes
    code = settings.pop("code", CODE)
    return result_key(result_basis("top5", **settings), code)  # type: ignore[arg-type]


def test_what_was_kept_is_found_in_a_new_run(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        store.keep(RECORD, {"top5": key()}, {"top5": graded()})
    with Store.in_folder(tmp_path) as store:
        assert store.look_up({"top5": key()}) == {"top5": graded()}


@pytest.mark.parametrize(
    "changes",
    [
        {"cases": ["v", "other"]},
        {"limits": msgspec.structs.replace(LIMITS, cpu_seconds=7.0)},
        {"isolation": "none"},
        {"device": "gpu"},
        {"code": Code("top5", "exercises/top5.py", CODE.files)},
        {"code": Code("top5", "top5.py", {**CODE.files, "helper.py": b"y"})},
        {"code": Code("top5", "top5.py", {"top5.py": b"x = 1", "other.py": b""})},
    ],
)
def test_whatever_can_change_a_result_changes_its_key(changes: dict[str, object]) -> None:
    assert key(**changes) != key()


def test_the_order_of_files_does_not_matter() -> None:
    assert key(code=Code("top5", "top5.py", dict(reversed(CODE.files.items())))) == key()


def test_a_fault_of_ours_is_run_again(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        store.keep(RECORD, {"top5": key()}, {"top5": graded(Outcome.GRADER_ERROR)})
        assert store.look_up({"top5": key()}) == {}


def test_what_was_run_again_takes_the_place_of_what_was_kept(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        run_again(store)


def test_databases_that_cannot_replace_delete_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.store._INSERTS", {})
    with Store.in_folder(tmp_path) as store:
        run_again(store)


def test_postgresql_replaces_too(short_tmp: Path) -> None:
    with Postgres(short_tmp) as server, Store(server.url) as store:
        run_again(store)


def run_again(store: Store) -> None:
    """Keep two results, one of them anew, and see that only that one is another."""
    keys = {"top5": key(), "conv_2d": "other"}
    store.keep(RECORD, keys, {"top5": graded(Outcome.TIMED_OUT), "conv_2d": graded()})
    store.keep(RECORD, keys, {"top5": graded()})
    assert store.look_up(keys) == {"top5": graded(), "conv_2d": graded()}
    store.keep(RECORD, keys, {"top5": graded(Outcome.GRADER_ERROR)})
    assert store.look_up(keys) == {"top5": graded(), "conv_2d": graded()}


@pytest.mark.parametrize("name", ["hw?", "hw?mode=memory", "hw#3", "100%", "a b@c:d"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with Store.in_folder(tmp_path / name) as store:
        store.keep(RECORD, {"top5": key()}, {"top5": graded()})
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert [path.name for path in (tmp_path / name).iterdir()] == ["store.sqlite"]


def test_a_record_that_says_the_same_again_is_no_news(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        for score in (1.0, 1.0, 2.0, 1.0):
            store.keep(msgspec.structs.replace(RECORD, score=score), {}, {})
    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        found = connection.execute("select document from records order by id").fetchall()
    connection.close()
    assert [json.loads(document)["score"] for (document,) in found] == [1.0, 2.0, 1.0]


def test_an_error_tells_neither_password_nor_data(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        Store("postgresql+psycopg://grader:secret@/postgres?host=/nowhere")
    assert "secret" not in str(told.value)
    with Store.in_folder(tmp_path) as store:
        (tmp_path / "store.sqlite").unlink()
        with pytest.raises(StoreError) as told:
            store.keep(RECORD, {"top5": key()}, {"top5": graded()})
    assert "INSERT" not in str(told.value)
    assert "run the same command again" in str(told.value)


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing/store"):
        Store(f"sqlite:///{tmp_path}/missing/store.sqlite")


def test_a_store_that_goes_away_is_named(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
            connection.execute("DROP TABLE results")
        with pytest.raises(StoreError, match="cannot be written"):
            store.keep(RECORD, {"top5": key()}, {"top5": graded()})


def test_another_grader_may_have_kept_the_same_meanwhile(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as one, Store.in_folder(tmp_path) as other:
        other.keep(RECORD, {"top5": key()}, {"top5": graded()})
        one.keep(RECORD, {"top5": key()}, {"top5": graded(Outcome.FAILED)})
        assert one.look_up({"top5": key()}) == {"top5": graded(Outcome.FAILED)}


def test_many_graders_write_to_one_store(tmp_path: Path) -> None:
    def keep_some(number: int) -> None:
        with Store.in_folder(tmp_path) as store:
            for again in range(10):
                store.keep(RECORD, {"top5": f"{number} {again}"}, {"top5": graded()})

    Store.in_folder(tmp_path).__exit__()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep_some, range(8)))
    with Store.in_folder(tmp_path) as store:
        assert len(store.history(RECORD.submission)) == 80
        assert len(store.look_up({str(n): f"{n // 10} {n % 10}" for n in range(80)})) == 80


def test_history_is_oldest_first_with_times_and_what_went_wrong(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        store.keep(RECORD, {"top5": key()}, {"top5": graded(Outcome.GRADER_ERROR)}, 2.5)
        store.keep(msgspec.structs.replace(RECORD, score=2.0), {}, {}, 0.25)
        first, second = store.history("caf\udce9")
        assert (first.seconds, first.log, first.record) == (2.5, "top5: caf\u00e9", RECORD)
        assert (second.seconds, second.log, second.record.score) == (0.25, "", 2.0)
        assert store.submissions() == ["caf\udce9"]
        assert store.history("nobody") == []


def test_a_fault_of_ours_may_quote_what_no_database_takes(tmp_path: Path) -> None:
    fault = Graded((Judgement("top5.order", "title", Outcome.GRADER_ERROR, "a\0b\udcffc"),), ())
    with Store.in_folder(tmp_path) as store:
        store.keep(RECORD, {"top5": key()}, {"top5": fault})
        assert store.history(RECORD.submission)[-1].log == "top5: a\\x00b\\udcffc"


def test_sqlite_lets_others_read_while_one_writes(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path):
        connection = sqlite3.connect(tmp_path / "store.sqlite")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


def test_how_long_a_grading_took_is_the_longest_of_all_runs(tmp_path: Path) -> None:
    with Store.in_folder(tmp_path) as store:
        assert store.durations() == {}
        for number, seconds in enumerate((0.5, 2.5, 0.25, None)):
            store.keep(msgspec.structs.replace(RECORD, score=float(number)), {}, {}, seconds)
        store.keep(msgspec.structs.replace(RECORD, submission="ada"), {}, {}, 1.5)
        assert store.durations() == {"caf\udce9": 2.5, "ada": 1.5}
