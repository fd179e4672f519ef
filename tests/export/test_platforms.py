"""Records as other programs read them; each is read by a program of its kind, or held to its documentation."""

import base64
import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import junitparser
import msgspec
import pytest
from courses import OURS, RUBRIC, graded
from jsonschema import Draft202012Validator, ValidationError
from pyarrow import parquet
from records import HOSTILE, check, exercise, record

from grader.export import classroom, gradescope, junit, lms, prairielearn, table
from grader.export.markdown import fenced
from grader.observation import Outcome
from grader.roster import Person

ONE = OURS.check_ids("conv_2d")[0]
HIDDEN = OURS.check_ids("conv_2d", False)[0]
ATTACK = f"{HOSTILE} ```` <img src=x> \x00 \ufffe ]]>"
REFUSED = record("ada", {}, status="refused", notes=("it is a link",))
ERROR = graded("ada", status="error")

SCHEMAS = Path(__file__).with_name("schemas")


def hold(result: dict[str, Any], platform: str) -> None:
    """Hold a result to a schema written after the platform's documentation, whose `$comment` names it."""
    schema = json.loads((SCHEMAS / f"{platform}.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(result)


def test_gradescope_gets_points_check_by_check_and_hidden_ones_when_published() -> None:
    result = gradescope.results(graded("ada", {ONE: "no", HIDDEN: "no"}))
    hold(result, "gradescope")
    assert sum(test["score"] for test in result["tests"]) == 100 - sum(RUBRIC["conv_2d"][one] for one in {ONE, HIDDEN})
    assert sum(test["max_score"] for test in result["tests"]) == 100
    assert "score" not in result
    by_name = {test["name"]: test for test in result["tests"]}
    assert by_name[f"conv_2d: Title of {ONE}"]["visibility"] == "visible"
    assert by_name[f"conv_2d: Title of {HIDDEN}"]["visibility"] == "after_published"


def test_a_refused_submission_is_nothing_with_a_reason() -> None:
    hold(gradescope.results(REFUSED), "gradescope")
    assert gradescope.results(REFUSED)["score"] == 0
    assert "it is a link" in gradescope.results(REFUSED)["output"]
    assert prairielearn.results(REFUSED) == {"gradable": False, "format_errors": ["it is a link"]}
    hold(prairielearn.results(REFUSED), "prairielearn")
    assert classroom.results(REFUSED)["status"] == "fail"
    hold(classroom.results(REFUSED), "github_classroom")


def test_an_error_is_no_result() -> None:
    for make in (gradescope.results, prairielearn.results):
        with pytest.raises(ValueError, match="the grader failed on this submission"):
            make(ERROR)
    result = classroom.results(ERROR)
    hold(result, "github_classroom")
    assert result["status"] == "error"
    assert sum(test["score"] for test in result["tests"]) == 0


def test_nothing_of_a_students_text_is_markup() -> None:
    output = next(
        test["output"] for test in gradescope.results(graded("ada", {ONE: ATTACK}))["tests"] if test["output"]
    )
    first, *_, last = output.split("\n")
    assert (first, last) == ("`````text", "`````")
    assert "\x00" not in output
    assert "\\x00" in output
    json.dumps(output).encode()
    output.encode()


@pytest.mark.parametrize(
    ("text", "fence"), [("", "```"), ("a``b", "```"), ("```", "````"), ("x\n``````\n", "```````"), ("` `", "```")]
)
def test_a_fence_is_longer_than_what_it_holds(text: str, fence: str) -> None:
    assert fenced(text).startswith(f"{fence}text\n")
    assert fenced(text).endswith(f"\n{fence}")


def test_prairielearn_gets_a_share_and_tests() -> None:
    result = prairielearn.results(graded("ada", {ONE: ATTACK}))
    assert result["gradable"] is True
    assert result["score"] == pytest.approx(1 - RUBRIC["conv_2d"][ONE] / 100)
    assert sum(test["points"] for test in result["tests"]) == 100 - RUBRIC["conv_2d"][ONE]
    hold(result, "prairielearn")


def test_messages_are_cut_where_a_platform_holds_no_more() -> None:
    long = graded("ada", dict.fromkeys(OURS.check_ids("conv_2d") + OURS.check_ids("top5"), "\U0001f600" * 40_000))
    shown = prairielearn.results(long)
    hold(shown, "prairielearn")
    assert len(json.dumps(shown, indent=1).encode()) < 1_000_000
    told = classroom.results(long)
    hold(told, "github_classroom")
    assert len(classroom.encoded(told)) < 128 << 10
    for result in (shown, told):
        failed = [test["message"] for test in result["tests"] if test["message"]]
        assert all(message.endswith(" …") for message in failed)
        assert all("\U0001f600" in message for message in failed)


@pytest.mark.parametrize(
    ("platform", "result"),
    [("gradescope", {"output": "no score"}), ("gradescope", {"score": 1, "tests": [{"visibility": "secret"}]}),
     ("prairielearn", {"gradable": True}), ("prairielearn", {"score": 82.5}), ("prairielearn", {"gradable": False}),
     ("github_classroom", {"version": 1, "status": "passed", "max_score": 1, "tests": []})],
)  # fmt: skip
def test_the_schemas_refuse_what_the_platforms_do(platform: str, result: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        hold(result, platform)


def test_github_classrooms_reporter_adds_up_the_points() -> None:
    result = json.loads(base64.b64decode(classroom.encoded(classroom.results(graded("ada", {ONE: "no"})))))
    hold(result, "github_classroom")
    assert (result["version"], result["status"], result["max_score"]) == (1, "fail", 100)
    assert sum(test["score"] for test in result["tests"]) == 100 - RUBRIC["conv_2d"][ONE]
    assert {test["status"] for test in result["tests"]} == {"pass", "fail"}
    assert classroom.results(graded("ada"))["status"] == "pass"


def test_junit_is_read_by_a_junit_parser(tmp_path: Path) -> None:
    mixed = exercise(
        check("a"), check("b", Outcome.FAILED, message=ATTACK), check("c", Outcome.SKIPPED),
        check("d", Outcome.GRADER_ERROR),
        msgspec.structs.replace(check("dropped", Outcome.FAILED), score=4.0),
    )  # fmt: skip
    path = tmp_path / "junit.xml"
    path.write_bytes(junit.document([record(HOSTILE, {"conv_2d": mixed}), REFUSED]))
    suites = list(junitparser.JUnitXml.fromfile(str(path)))
    assert [(one.tests, one.failures, one.errors, one.skipped) for one in suites] == [(5, 1, 1, 1), (1, 1, 0, 0)]
    cases = {case.name: case for case in suites[0]}
    assert cases["conv_2d.a"].is_passed
    assert cases["conv_2d.dropped"].is_passed
    assert "<img src=x>" in cases["conv_2d.b"].result[0].text
    ET.parse(path)


PEOPLE = (
    Person(id="17-1", name="Ada, Countess", email="ada@x.org"),
    Person(id="17-2", name="=cmd|' /C calc'!A0", email="b@x.org", login="bela", section="S1", canvas_id="901"),
    Person(id="17-3", name="Carl"),
)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_canvas_keeps_who_has_no_score_empty_and_defuses_formulas() -> None:
    found = rows(lms.canvas("Convolutions (55)", 100, PEOPLE, {"17-1": graded("a", {ONE: "no"}), "17-2": REFUSED}))
    assert found == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Convolutions (55)"],
        ["    Points Possible", "", "", "", "", "100"],
        ["Ada, Countess", "", "17-1", "ada@x.org", "", f"{100 - RUBRIC['conv_2d'][ONE]:g}"],
        ["'=cmd|' /C calc'!A0", "901", "17-2", "bela", "S1", "0"],
        ["Carl", "", "17-3", "", "", ""],
    ]


def test_moodle_gets_only_those_with_a_score() -> None:
    found = rows(
        lms.moodle(
            "=Convolutions", PEOPLE, {"17-1": graded("a"), "17-2": ERROR, "17-3": REFUSED}, {"17-1": 2, "17-3": 1}
        )
    )
    assert found[0] == ["ID number", "Full name", "Email address", "'=Convolutions", "Feedback"]
    assert [row[0] for row in found[1:]] == ["17-1", "17-3"]
    assert found[1][3:] == [
        "100", "convolution_chain 20 of 20, conv_2d 35 of 35, subgraph 20 of 20, top5 25 of 25; 2 days late",
    ]  # fmt: skip
    assert found[2][3:] == ["0", "Not graded: it is a link; 1 day late"]


def test_parquet_and_csv_hold_a_row_a_check(tmp_path: Path) -> None:
    everyone = [graded("bela\udcff", {ONE: "no"}), graded("=1+1", status="error")]
    table.write_parquet(everyone, tmp_path / "checks.parquet")
    held = parquet.read_table(tmp_path / "checks.parquet").to_pylist()
    number = sum(map(len, RUBRIC.values()))
    assert len(held) == 2 * number
    assert {row["submission"] for row in held} == {"=1+1", "bela\\udcff"}
    assert all(row["score"] is None for row in held[:number])
    assert sum(row["score"] for row in held[number:]) == 100 - RUBRIC["conv_2d"][ONE]
    plain = rows(table.table_csv(everyone))
    assert tuple(plain[0]) == table.COLUMNS
    assert plain[1][0] == "'=1+1"
    table.write_parquet([], tmp_path / "none.parquet")
    assert parquet.read_table(tmp_path / "none.parquet").column_names == list(table.COLUMNS)
