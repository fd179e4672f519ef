"""JUnit XML, as Jenkins and GitLab read it: a suite an exercise, a case a check."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from grader.export.printable import lines, printable
from grader.observation import Outcome
from grader.record import Record, earned, said

_XML = str.maketrans(dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}"))


def document(records: Sequence[Record]) -> bytes:
    """Return records as one XML document; what XML cannot hold is written out."""
    root = ET.Element("testsuites")
    for record in sorted(records, key=lambda one: one.submission):
        name = _text(printable(record.submission))
        if record.status == "refused":
            why = record.notes[0] if record.notes else "nothing in it could be read"
            suite = ET.SubElement(root, "testsuite", name=name, tests="1", failures="1", errors="0", skipped="0")
            case = ET.SubElement(suite, "testcase", name="submission", classname=name, time="0")
            ET.SubElement(case, "failure", message=_text(printable(why)), type="refused")
        for exercise, found in record.exercises.items():
            suite = ET.SubElement(root, "testsuite", name=f"{name}: {exercise}")
            counts = {"tests": len(found.checks), "failures": 0, "errors": 0, "skipped": 0}
            for check in found.checks:
                case = ET.SubElement(suite, "testcase", name=check.id, classname=name, time="0")
                if earned(check):
                    continue
                kind = _KINDS.get(check.outcome, "failure")
                counts[_COUNTED[kind]] += 1
                about = {"message": _text(printable(check.title))}
                if kind != "skipped":
                    about["type"] = check.outcome.value
                ET.SubElement(case, kind, about).text = _text(lines(said(check)))
            for key, count in counts.items():
                suite.set(key, str(count))
    ET.indent(root)
    whole: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole + b"\n"


_KINDS = {Outcome.SKIPPED: "skipped", Outcome.GRADER_ERROR: "error"}
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def _text(text: str) -> str:
    return text.translate(_XML)
