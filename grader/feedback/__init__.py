"""Pages from records: one for each submission, one for the class. They need no network and no server."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from grader.catalogue import Misconception
from grader.feedback.overview import class_page, page_name
from grader.feedback.student import student_page
from grader.record import Record

__all__ = ["write"]

_NO_TITLES: Mapping[str, str] = MappingProxyType({})
_UNKNOWN: Mapping[str, float] = MappingProxyType({})


def write(
    out: Path,
    records: Sequence[Record],
    catalogue: Sequence[Misconception],
    progress: Callable[[int, int], None] = lambda done, total: None,
    titles: Mapping[str, str] = _NO_TITLES,
    durations: Mapping[str, float] = _UNKNOWN,
) -> list[Path]:
    """Write `OUT/feedback/<record's file name>.html` for each record and `index.html` for the class.

    Args:
        out: the folder in which `records/` lies.
        records: of the whole class; pages are listed in this order.
        catalogue: the misconceptions, to say what an id means.
        progress: told after each page how many are done, and of how many.
        titles: what people read as the name of an exercise, by its name; the name itself where there is none.
        durations: how long the grading of a submission took, in seconds, as far as it is known.

    Returns:
        The pages written, the class page last.
    """
    folder = out / "feedback"
    folder.mkdir(parents=True, exist_ok=True)
    known = {one.id: one for one in catalogue}
    total = len(records) + 1
    pages = []
    for record in records:
        page = folder / page_name(record.submission)
        page.write_bytes(student_page(record, known, titles))
        pages.append(page)
        progress(len(pages), total)
    index = folder / "index.html"
    index.write_bytes(class_page(records, known, titles, durations))
    progress(total, total)
    return [*pages, index]
