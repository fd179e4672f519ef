"""The tables beside the peers: attacks load, outcomes are told apart, wrong verdicts count, ours holds for real."""

import os
import time
import tomllib
from pathlib import Path

import nbformat
import pytest
from peers import classroom, plot, race, running
from peers.attacks import ATTACKS, NEIGHBOUR_DESERVES, NEIGHBOUR_KEY, neighbour
from peers.exam import EXERCISES, KEY, inlined
from peers.graders import ours
from peers.graders import pytest as plain_pytest
from peers.hold import ATTACKER, NEXT, Seen, attack, outcome, table

REPOSITORY = Path(__file__).parent.parent.parent
BY_NAME = {one.name: one for one in ATTACKS}
NOTHING = dict.fromkeys(EXERCISES, 0.0)
RAN = running.Ran(wall=1.0, cpu=1.0, said="", hung=False)


def seen(points=NOTHING, next_points=None, **more):
    given = {ATTACKER: points} | ({NEXT: next_points} if next_points is not None else {})
    settings = {
        "ran": RAN,
        "loot": "",
        "ran_in": frozenset(),
        "students": frozenset(),
        "processes": [],
        "beside": False,
    }
    return Seen(**settings | {"points": given} | more)


def test_every_attack_is_python_and_holds_no_key_itself():
    assert len(BY_NAME) == len(ATTACKS) >= 12
    for one in ATTACKS:
        for files in (one.files, one.accomplice or {}):
            for name, text in files.items():
                compile(text, f"{one.name}/{name}", "exec")
                assert KEY not in text
                assert NEIGHBOUR_KEY not in text
    assert all(NEIGHBOUR_KEY in text for text in neighbour().values())


def test_outcomes_are_told_apart():
    skip, leave = BY_NAME["forge-pytest-skip"], BY_NAME["leave-answers"]
    assert outcome(skip, seen()) == "held"
    assert outcome(skip, seen(points={**NOTHING, "top5": 1.0})) == "**1 of 4 forged**"
    assert outcome(skip, seen(points={"total": 198.0})) == "**198 of 4 forged**"
    assert outcome(skip, Seen(RAN, {}, "", frozenset(), frozenset(), [], False)) == "held (no verdict)"
    assert outcome(skip, seen(ran=running.Ran(1.0, 1.0, "", hung=True))) == "hung"
    assert outcome(skip, seen(loot=f"/x/suite.py {KEY}")) == "**answers read**"
    assert outcome(skip, seen(loot=f"/x/top5.py {NEIGHBOUR_KEY}")) == "**neighbour read**"
    assert outcome(skip, seen(ran_in=frozenset({"7"}), students=frozenset({"7"}))) == "held"
    assert outcome(skip, seen(ran_in=frozenset({"7", "8"}), students=frozenset({"7"}))) == "**code run in the grader**"
    assert outcome(skip, seen(processes=["sleep 60"])) == "process left"
    assert outcome(skip, seen(next_points=NEIGHBOUR_DESERVES, beside=True)) == "held"
    assert outcome(skip, seen(next_points=NOTHING, beside=True)) == "**neighbour's points changed**"
    assert outcome(skip, seen(beside=True)) == "neighbour without verdict"
    everything = dict.fromkeys(EXERCISES, 1.0)
    assert outcome(leave, seen(points=everything, next_points=NOTHING, beside=True)) == "held"
    assert outcome(leave, seen(points=everything, next_points=everything, beside=True)) == "**4 of 4 passed on**"


def test_the_table_has_a_row_an_attack_and_a_column_a_grader():
    lines = table({"forge-exit-0": ["held"], "forge-frames": ["**4 of 4 forged**"]}, [ours.GRADER]).splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert [row.count("|") for row in rows] == [3, 3, 3]
    assert rows[1].startswith("| `forge-exit-0` ")
    assert rows[2].endswith(" | **4 of 4 forged** |")


def test_what_the_class_deserves_is_what_the_sample_class_says():
    said = tomllib.loads((REPOSITORY / "fixtures" / "sample_class" / "expected.toml").read_text())
    for student, wrong in classroom.EXPECTED.items():
        for exercise in EXERCISES:
            assert said[student][exercise] != ("full" if exercise in wrong else "zero"), (student, exercise)


def test_no_two_of_a_class_are_alike():
    students, failing = classroom.copies(40)
    assert len({files["top5.py"] for files in students.values() if "top5.py" in files}) == 40
    assert failing["s0019"] == failing["s0004"] == ("conv_2d",)


def test_notebooks_are_valid_and_the_tests_in_them_hidden():
    text = classroom.notebook(classroom.sample("ada"), tests=True)
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    assert [cell.metadata.nbgrader.grade for cell in made.cells] == [False, True] * 4
    assert all("### BEGIN HIDDEN TESTS" in cell.source for cell in made.cells[1::2])
    assert len(nbformat.reads(classroom.notebook({}), as_version=4).cells) == 4


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_test_of_the_suite_stands_by_itself(exercise):
    names: dict[str, object] = {}
    exec(inlined(exercise), names)
    assert set(names) - {"__builtins__"} == {f"check_{exercise}"}


def test_a_wrong_verdict_is_counted_as_one():
    failing = {"a": (), "b": ("top5",)}
    right = {"a": dict.fromkeys(EXERCISES, 1.0), "b": dict.fromkeys(EXERCISES, 1.0) | {"top5": 0.0}}
    assert race.verdicts_right(right, failing) == 8
    assert race.verdicts_right(right | {"b": dict.fromkeys(EXERCISES, 1.0)}, failing) == 7
    assert race.verdicts_right({"a": right["a"]}, failing) == 4


def test_who_is_wrong_has_no_speed():
    mine, theirs = race.Entry(ours.GRADER, 2), race.Entry(ours.GRADER, 1)
    laps = {theirs.name: [race.Lap(4.0, 4.0, 7, 2.0)], mine.name: [race.Lap(2.0, 3.0, 8)]}
    rows = [line for line in race.table([theirs, mine], laps, 2, True).splitlines() if line.startswith("| ours")]
    assert rows[0].endswith("serial | 4.00 | 4.00 | 0 | - | 7 of 8 |")
    assert rows[1].endswith("2 at a time | 2.00 | 3.00 | 30.0 | - | 8 of 8 |")


def test_each_is_compared_with_ours_right_before_it(monkeypatch):
    walls = iter([2.0, 4.0, 1.0, 6.0, 2.0, 6.0, 1.0, 4.0])
    monkeypatch.setattr(race, "version", lambda package: "1.0")  # the peers may not be installed
    monkeypatch.setattr(race, "lap", lambda entry, students, failing: race.Lap(next(walls), 1.0, 8))
    one, two, mine = race.Entry(plain_pytest.FRESH, 1), race.Entry(plain_pytest.FRESH, 2), race.Entry(ours.GRADER, 2)
    laps = race.rounds([one, mine, two], 2, 2, lambda text: None)
    assert [done.times_ours for done in laps[one.name]] == [2.0, 4.0]
    assert [done.times_ours for done in laps[two.name]] == [6.0, 3.0]
    assert [done.wall for done in laps[mine.name]] == [2.0, 1.0, 2.0, 1.0]
    assert "| 3.0 (2.0 to 4.0) | 8 of 8 |" in race.table([one, mine], laps, 2, True)


def test_the_plot_is_the_same_for_the_same_numbers(tmp_path):
    for name in ("a.svg", "b.svg"):
        plot.draw({"ours, 2 at a time": [0.3, 0.4], "nbgrader, serial": [4.0, 5.0]}, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert b"nbgrader" in (tmp_path / "a.svg").read_bytes() or (tmp_path / "a.svg").stat().st_size > 5000


def test_who_hangs_is_ended_and_who_stays_is_found(tmp_path):
    variables = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    stays = running.Command(["sh", "-c", "setsid sleep 60 & echo said"], tmp_path)
    hangs = running.Command(["sleep", "60"], tmp_path)
    began = time.monotonic()
    ran = running.run([stays, hangs], 2, variables, 1.0)
    assert ran.hung
    assert ran.said == "said\n"
    assert ran.wall <= time.monotonic() - began
    assert running.left_running(tmp_path) == ["sleep 60"]
    time.sleep(0.2)
    assert running.left_running(tmp_path) == []


def test_reports_are_read_strictly(tmp_path):
    (tmp_path / "out").mkdir()
    cases = '<testcase name="test_top5"/><testcase name="test_conv_2d"><skipped/></testcase>'
    (tmp_path / "out" / "a.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    (tmp_path / "out" / "a.code").write_text("0\n")
    students = {"a": {}, "b": {}}
    assert plain_pytest.points(tmp_path, students) == {"a": {"top5": 1.0, "conv_2d": 0.0}}
    assert plain_pytest.exit_codes(tmp_path, students) == {"a": {"total": 4.0}}


def test_ours_holds_when_the_runner_is_patched():
    assert attack(BY_NAME["forge-runner"], [ours.GRADER], 600.0) == ["held"]
