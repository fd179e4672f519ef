"""The memory of a zygote, in huge pages: its forks then copy and drop a few hundred page-table entries, not 75,000."""

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HUGE_PAGE = 2 << 20
_MADV_HUGEPAGE, _MADV_NOHUGEPAGE, _MADV_COLLAPSE = 14, 15, 25
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_ROOM = 400 << 20
_SMALL = 100 << 10


@contextlib.contextmanager
def in_huge_pages() -> Iterator[None]:
    """Have what is allocated meanwhile lie in huge pages, as far as the kernel has such.

    The heap is made large at once and the kernel told of it, so that pages come huge when they are first written, a
    quarter of the faults that importing TensorFlow would take; what is left of it is given back. What lies elsewhere is
    gathered afterwards. A kernel without transparent huge pages, or before 6.1, which cannot gather, does what it can;
    forks then take up to twice the time.
    Source: mallopt(3); madvise(2), MADV_HUGEPAGE and MADV_COLLAPSE; the mappings of proc_pid_maps(5).
    """
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
    if hasattr(libc, "mallopt"):
        _grow_heap(libc)
    yield
    if hasattr(libc, "mallopt"):
        # Whoever sets one of these no longer has them adapted; so they are what they adapt to in the end.
        libc.mallopt(_M_TOP_PAD, 128 << 10)
        libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_M_TRIM_THRESHOLD, 64 << 20)
        libc.malloc_trim(0)
    for start, end in _written():
        for page in range(start, end - _HUGE_PAGE + 1, _HUGE_PAGE):
            libc.madvise(page, _HUGE_PAGE, _MADV_COLLAPSE)
    for start, end in _written("[heap]"):
        libc.madvise(start, max(end - start, 0), _MADV_NOHUGEPAGE)  # forks write a few small pages each


def _grow_heap(libc: Any) -> None:
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    libc.free.argtypes = (ctypes.c_void_p,)
    libc.mallopt(_M_TRIM_THRESHOLD, 2 * _ROOM)
    libc.mallopt(_M_TOP_PAD, _ROOM)
    taken = [libc.malloc(_SMALL) for _ in range(40)]  # more than lay ready: so the heap grows
    for one in taken:
        libc.free(one)
    for start, end in _written("[heap]"):
        if end > start:
            libc.madvise(start, end - start, _MADV_HUGEPAGE)


def _written(*names: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where this process's own memory goes, from the first huge page on."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, _, _, _, *name = line.split(maxsplit=5)
        if rights.startswith("rw") and name in ([[one] for one in names] or [[], ["[heap]"]]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            yield -(-start // _HUGE_PAGE) * _HUGE_PAGE, end
