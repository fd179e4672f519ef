"""What counts: the right attempt of the right person, at the price that the rules say."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from records import check, exercise, record

from grader.final import final_csv, finals, load_times, split
from grader.roster import Person
from grader.schedule import Schedule, ScheduleError

DUE = datetime(2026, 3, 1, 12)
ADA, BELA = Person(id="ada", name="Ada", email="ada@x.org"), Person(id="bela", name="Bela")
PER_DAY = Schedule(due=DUE, late="per_day", percent_per_day=10)


def worth(name, points):
    return record(name, {"conv_2d": exercise(check("all", points=points))})


def only(people, records, schedule=PER_DAY):
    (found,) = finals(people, records, schedule, {}).people
    return found


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("ada@2026-03-01T10-00-00", ("ada", datetime(2026, 3, 1, 10))),
        ("ada@x.org", ("ada@x.org", None)),
        ("ada@x.org@2026-03-01T10-00", ("ada@x.org", datetime(2026, 3, 1, 10))),
        ("@2026-03-01T10-00", ("@2026-03-01T10-00", None)),
    ],
)
def test_names_with_times(name, parts):
    assert split(name) == parts


@pytest.mark.parametrize(
    ("counts", "chosen", "total"),
    [("last", "ada@2026-03-02T13-00", 32.0), ("best", "ada@2026-03-01T13-00", 36.0),
     ("last_in_time", "ada@2026-03-01T11-00", 20.0)],
)  # fmt: skip
def test_which_attempt_counts(counts, chosen, total):
    attempts = [worth("ada@2026-03-01T10-00", 10), worth("ada@2026-03-01T11-00", 20),
                worth("ada@2026-03-01T13-00", 40), worth("ada@2026-03-02T13-00", 40)]  # fmt: skip
    found = only([ADA], attempts, msgspec.structs.replace(PER_DAY, counts=counts))
    assert (found.attempt.record.submission, found.total, found.attempts) == (chosen, total, 4)


def test_the_best_attempt_is_not_known_while_the_grader_failed_on_one():
    best = msgspec.structs.replace(PER_DAY, counts="best")
    failed = msgspec.structs.replace(worth("ada@2026-03-01T11-00", 0), status="error", score=None)
    (held,) = finals([ADA], [worth("ada@2026-03-01T10-00", 10), failed], best, {}).people
    assert (held.status, held.total) == ("error", None)
    full = worth("ada@2026-03-01T10-00", 10)
    full = msgspec.structs.replace(full, points=10.0)
    (whole,) = finals([ADA], [full, failed], best, {}).people
    assert (whole.status, whole.total) == ("graded", 10.0)


def test_all_late_counts_the_first_of_them():
    attempts = [worth("ada@2026-03-03T10-00", 40), worth("ada@2026-03-01T13-00", 20)]
    found = only([ADA], attempts, msgspec.structs.replace(PER_DAY, counts="last_in_time"))
    assert found.total == 18.0


def test_an_extension_moves_the_deadline_of_one():
    later = msgspec.structs.replace(ADA, extension=datetime(2026, 3, 2, 12))
    assert only([later], [worth("ada@2026-03-02T12-00", 40)]).total == 40.0
    assert only([ADA], [worth("ada@2026-03-02T12-00", 40)]).total == 36.0


def test_grace_days_are_used_up_first():
    two = msgspec.structs.replace(ADA, grace_days=2)
    found = only([two], [worth("ada@2026-03-04T10-00", 40)])
    assert (found.attempt.days_late, found.charged, found.total) == (3, 1, 36.0)


def test_a_group_shares_its_attempts_and_its_latest_deadline():
    pair = [
        msgspec.structs.replace(ADA, group="g", extension=datetime(2026, 3, 5)),
        msgspec.structs.replace(BELA, group="g"),
    ]
    records = [worth("ada@2026-03-01T10-00", 10), worth("bela@2026-03-04T10-00", 40)]
    assert [one.total for one in finals(pair, records, PER_DAY, {}).people] == [40.0, 40.0]


def test_who_hands_in_nothing_has_no_points_and_who_we_failed_has_no_result():
    found = finals([ADA, BELA], [record("bela@2026-03-01T10-00", {}, status="error")], PER_DAY, {}).people
    assert [(one.status, one.total) for one in found] == [("missing", 0.0), ("error", None)]


def test_strangers_and_attempts_without_a_time_are_said():
    found = finals([ADA], [worth("ada", 1), worth("ada@2026-03-01T10-00", 2), worth("eve", 3)], None, {})
    assert found.conflicts == (
        "'eve' is nobody's in the roster",
        "'ada' and 'ada@2026-03-01T10-00' are all ada's, and nobody said when 'ada' came",
    )
    assert (found.people[0].status, found.people[0].total) == ("conflict", None)


@pytest.mark.parametrize("name", ["ADA", "ada@x.org", "Ada"])
def test_nobody_replaces_a_result_by_an_attempt_called_almost_like_hers(name):
    hers, his = worth("ada@2026-03-01T10-00", 40), worth(f"{name}@2026-03-01T11-00", 0)
    found = finals([ADA, BELA], [hers, his, worth("bela", 30)], None, {})
    assert found.conflicts == (f"{' and '.join(map(repr, sorted(['ada', name])))} both mean ada: say by one name only "
                               "what is ada's",)  # fmt: skip
    assert [(one.status, one.total) for one in found.people] == [("conflict", None), ("graded", 30.0)]


def test_attempts_as_canvas_calls_them_are_one_persons():
    records = [worth("adal_901_55512_work", 10), worth("adal_LATE_901_55513_work", 40)]
    times = {one.submission: datetime(2026, 3, 1, hour, tzinfo=UTC) for hour, one in enumerate(records)}
    (found,) = finals([msgspec.structs.replace(ADA, canvas_id="901")], records, None, times).people
    assert (found.status, found.total) == ("graded", 40.0)


@pytest.mark.parametrize("zone", ["Europe/Zurich", "America/New_York"])
@pytest.mark.parametrize("time", ["0001-01-01T00-00-00", "9999-12-31T23-59-59"])
def test_a_year_that_no_clock_has_costs_nobody_elses_result(time, zone):
    schedule = Schedule(due=DUE, timezone=zone)
    found = finals([ADA, BELA], [worth(f"ada@{time}", 1), worth("bela@2026-03-01T10-00", 40)], schedule, {})
    assert [(one.status, one.total) for one in found.people] == [("missing", 0.0), ("graded", 40.0)]
    assert found.conflicts == (f"'ada@{time}' is nobody's in the roster",)


def test_the_hour_that_clocks_show_twice():
    attempts = [worth("ada@2026-10-25T00-50-00Z", 10), worth("ada@2026-10-25T01-10-00Z", 40)]
    schedule = Schedule(due=datetime(2026, 11, 1), timezone="Europe/Zurich")
    assert only([ADA], attempts, schedule).total == 40.0


def test_of_who_has_one_name_in_moodle_nobody_replaces_the_others_result():
    records = [worth("Ada_1815_assignsubmission_file_", 40), worth("Ada_6666_assignsubmission_file_", 0)]
    times = {one.submission: datetime(2026, 3, 1, hour, tzinfo=UTC) for hour, one in enumerate(records)}
    found = finals([ADA], records, None, times)
    assert found.people[0].status == "conflict"
    assert found.conflicts == ("'Ada_1815' and 'Ada_6666' both mean ada: say by one name only what is ada's",)
    assert finals([ADA], records[:1], None, {}).conflicts == ()


def test_accents_may_be_written_in_two_ways():
    jose = Person(id="jos\u00e9", name="J")
    attempts = [worth("jos\u00e9@2026-03-01T10-00", 10), worth("jose\u0301@2026-03-01T11-00", 40)]
    assert only([jose], attempts).total == 40.0


def test_a_time_of_no_record_is_said():
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert finals([ADA], [worth("ada", 1)], None, {"ada": at, "ADA": at}).conflicts == (
        "'ADA' has a time and no record",
    )


def test_times_are_on_the_clocks_of_the_course():
    (found,) = finals(
        [ADA], [worth("ada@2026-03-01T23-30", 40)], Schedule(due=DUE, timezone="Europe/Zurich"), {}
    ).people
    assert found.attempt.at.isoformat() == "2026-03-01T23:30:00+01:00"


def test_a_deadline_needs_times():
    with pytest.raises(ScheduleError, match=r"when did 'ada' come\? Name it ada@2026-03-01T22-15-00, or give --times"):
        only([ADA], [worth("ada", 1)])


def test_times_from_a_file(tmp_path: Path):
    (tmp_path / "times.csv").write_text("submission,at\n\nada,2026-03-01T13:00\n,\n")
    times = load_times(tmp_path / "times.csv", [])
    assert finals([ADA], [worth("ada", 40)], PER_DAY, times).people[0].total == 36.0


def test_times_that_nbgrader_wrote_down(tmp_path: Path):
    records = [worth("ada", 40), worth("bela", 40)]
    with pytest.raises(ScheduleError, match=r"nbgrader left a timestamp.txt; name its folder `submitted`"):
        load_times(tmp_path, records)
    for student, moment in (("ada", "2026-03-01 12:30:00 UTC"), ("bela", "2026-03-01T14:30:00+0200")):
        folder = tmp_path / student / records[0].assignment
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(moment)
    times = load_times(tmp_path, records)
    assert [one.attempt.at.isoformat() for one in finals([ADA, BELA], records, PER_DAY, times).people] == [
        "2026-03-01T12:30:00+00:00"
    ] * 2
    assert [one.total for one in finals([ADA, BELA], records, PER_DAY, times).people] == [36.0, 36.0]


@pytest.mark.parametrize("moment", ["0001-01-01 00:00:00 UTC", "9999-12-31 23:59:59 UTC"])
def test_times_that_a_student_made_up_hold_nobody_up(tmp_path: Path, moment: str):
    records = [worth("ada", 40), worth("bela", 40)]
    for student, written in (("ada", "2026-03-01 12:30:00 UTC"), ("bela", moment)):
        folder = tmp_path / student / records[0].assignment
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(written)
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        schedule = msgspec.structs.replace(PER_DAY, timezone=zone)
        times = load_times(tmp_path, records)
        assert finals([ADA], records, schedule, times).people[0].status == "graded"
        found = finals([ADA, BELA], records, schedule, times)
        assert [one.status for one in found.people] == ["graded", "conflict"]
        assert found.conflicts == ("nobody said when bela's 'bela' came",)


@pytest.mark.parametrize(
    ("text", "message"),
    [("name,at\n", "line 1"), ("submission,at\nada\n", "line 2: it has 1 cells"),
     ("submission,at\nada,soon\n", "line 2, column 2: 'soon' is no time"),
     ("submission,at\nada,2026-03-01T13:00\nada,2026-03-02T13:00\n", "line 3, column 1: 'ada' came at another time")],
)  # fmt: skip
def test_times_that_cannot_be_read(tmp_path: Path, text: str, message: str):
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(ScheduleError, match=message):
        load_times(tmp_path / "times.csv", [])


def test_the_table_has_everybody_and_no_formulas():
    people = [msgspec.structs.replace(ADA, name="=1+1"), BELA]
    rows = list(
        csv.DictReader(io.StringIO(final_csv(finals(people, [worth("ada@2026-03-01T13-00", 40)], PER_DAY, {}).people)))
    )
    assert rows[0] == {
        "id": "ada", "name": "'=1+1", "email": "ada@x.org", "group": "", "submission": "ada@2026-03-01T13-00",
        "attempts": "1", "at": "2026-03-01T13:00:00+00:00", "days_late": "1", "days_charged": "1", "score": "40",
        "total": "36", "status": "graded",
    }  # fmt: skip
    assert (rows[1]["total"], rows[1]["status"]) == ("0", "missing")


def test_a_large_class_is_quick_enough_to_be_done_at_once():
    people = [Person(id=f"p{n}", name="x", group=f"g{n // 3}") for n in range(3000)]
    records = [worth(f"p{n}@2026-03-01T10-00", 40) for n in range(3000)]
    assert sum(one.total for one in finals(people, records, PER_DAY, {}).people) == 120_000
