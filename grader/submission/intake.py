"""What one submission may bring in: counted while it comes, kept or left out with a note."""

import msgspec

from grader.submission.member import UnsafeNameError, is_given, is_litter, safe_path, shown

_NOTES = 50


class RefusedError(Exception):
    """The submission as a whole cannot be taken; its text is the reason that a record shows."""


class SizeLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that one submission may hold, counted as what comes out of it.

    Attributes:
        files: files kept.
        folders: folders that these lie in; each is made again for every process that runs them.
        members: everything met on the way, litter, links and folders too.
        bytes: of all files together, notebooks not counted.
        file_bytes: of one file.
        notebook_bytes: of all notebooks together; their outputs are large and never kept.
    """

    files: int = 2000
    folders: int = 2000
    members: int = 20_000
    bytes: int = 32 << 20
    file_bytes: int = 8 << 20
    notebook_bytes: int = 128 << 20

    @property
    def packed_bytes(self) -> int:
        """The largest archive that can be worth opening, in bytes."""
        return self.bytes + self.notebook_bytes + (1 << 20)

    @property
    def stream_bytes(self) -> int:
        """The most that may come out of a compressed tar, headers and litter included, in bytes."""
        return self.packed_bytes + 2048 * self.members

    @property
    def header_bytes(self) -> int:
        """The most that the extended headers of a tar may hold together, in bytes: some hundred a member are usual."""
        return (1 << 20) + 256 * self.members


def in_words(size: int) -> str:
    """A number of bytes as a sentence says it: `8 MiB`, `1500 bytes`."""
    return f"{size >> 20} MiB" if size and size % (1 << 20) == 0 else f"{size} bytes"


class Intake:
    """Collects one submission's files within its limits.

    `files` and `notebooks` map safe relative paths to content; a path that comes twice holds the
    later content, as it does after unpacking with `unzip` or `tar`.
    """

    def __init__(self, limits: SizeLimits) -> None:
        self.limits = limits
        self.files: dict[str, bytes] = {}
        self.notebooks: dict[str, bytes] = {}
        self._notes: set[str] = set()
        self._members = 0
        self._kept = 0
        self._folders: set[str] = set()
        self._room = limits.bytes
        self._notebook_room = limits.notebook_bytes

    def meet(self, name: str, left_out: str | None = None) -> str | None:
        """Counts one member and says where it goes.

        Args:
            name: the member's name as it stands in the archive or folder.
            left_out: why it is not wanted whatever its name (`"link"`), None when it is.

        Returns:
            Its safe path, or None when it is left out; then a note says so, except for litter.

        Raises:
            RefusedError: there are too many members.
        """
        self._members += 1
        if self._members > self.limits.members:
            raise RefusedError(f"it holds more than {self.limits.members} members")
        try:
            path = safe_path(name)
        except UnsafeNameError as unsafe:
            self.note(f"left out: {unsafe} {shown(name)}")
            return None
        if not path or is_litter(path):
            return None
        if is_given(path):
            self.note("left out: fixtures, wheels (given)")
            return None
        if left_out is not None:
            self.note(f"left out: {left_out} {shown(name)}")
            return None
        return path

    def room(self, path: str) -> int:
        """How many bytes the file at `path` may hold."""
        if is_notebook(path):
            return self._notebook_room
        return min(self._room, self.limits.file_bytes)

    def keep(self, path: str, content: bytes) -> None:
        """Keeps one file.

        Args:
            path: as `meet` gave it.
            content: all of it, or more than `room(path)` bytes of it when it doesn't fit.

        Raises:
            RefusedError: a limit is passed.
        """
        self._kept += 1
        if self._kept > self.limits.files:
            raise RefusedError(f"it holds more than {self.limits.files} files")
        self._count_folders(path)
        if len(content) > self.room(path):
            raise RefusedError(self._too_large(path, len(content)))
        kept = self.notebooks if is_notebook(path) else self.files
        if is_notebook(path):
            self._notebook_room -= len(content)
        else:
            self._room -= len(content)
        if path in kept:
            self.note(f"left out: earlier copy of {shown(path)}")
        kept[path] = content

    def _count_folders(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        while folder and folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]
        if len(self._folders) > self.limits.folders:
            raise RefusedError(f"its files lie in more than {self.limits.folders} folders")

    def note(self, text: str) -> None:
        """Remembers what was left out and why."""
        self._notes.add(text)

    def notes(self) -> tuple[str, ...]:
        """All notes once each, sorted; of a flood the first ones and how many more there were."""
        notes = sorted(self._notes)
        more = len(notes) - _NOTES
        return (*notes[:_NOTES], f"and {more} more") if more > 0 else tuple(notes)

    def _too_large(self, path: str, size: int) -> str:
        limits = self.limits
        if is_notebook(path):
            return f"its notebooks are larger than {in_words(limits.notebook_bytes)}"
        if size > limits.file_bytes:
            return f"{shown(path)} is larger than {in_words(limits.file_bytes)}"
        return f"more than {in_words(limits.bytes)} come out of it"


def is_notebook(path: str) -> bool:
    """Whether a path names a Jupyter notebook."""
    return path.lower().endswith(".ipynb")
