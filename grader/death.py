"""How a fork died, from what its zygote measured: whose fault it is, and the sentence that says so."""

import signal

from grader.inside import wire
from grader.observation import Outcome
from grader.phrase import Text, phrase
from grader.walls.replies import Report

_DEATHS_OF_HUNGER = (signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL)


def killed_from_outside(report: Report, limits: wire.Limits) -> bool:
    """Say whether somebody else sent SIGKILL: PID 1 of a namespace cannot, and a limit is told from it by its clock."""
    ended = report.ended
    killed = ended.reason == "exit" and ended.status & 0x7F == signal.SIGKILL
    return killed and ended.cpu_seconds < limits.total_wall_seconds


def cause(report: Report, broken: str, limits: wire.Limits) -> tuple[Outcome, Text]:
    """Return what ended a fork that did not answer everything, and a sentence about it."""
    ended = report.ended
    if report.overflow:
        return Outcome.TOO_LARGE, phrase("your code sent back too much: {what}", what=report.overflow)
    if ended.reason == "cpu":
        limit = f"{limits.cpu_seconds:g}"
        return Outcome.TIMED_OUT, phrase("your code used more than {limit} seconds of CPU in one step", limit=limit)
    if ended.reason == "wall":
        limit = f"{limits.wall_seconds:g}"
        return Outcome.TIMED_OUT, phrase("your code took more than {limit} seconds in one step, twice", limit=limit)
    in_all = f"{limits.total_wall_seconds:g}"
    if ended.reason == "total":
        return Outcome.TIMED_OUT, phrase("your code took more than {limit} seconds in all", limit=in_all)
    number = ended.status & 0x7F
    if number in (signal.SIGXCPU, signal.SIGKILL) and ended.cpu_seconds >= limits.total_wall_seconds:
        return Outcome.TIMED_OUT, phrase("your code used more than {limit} seconds of CPU in all", limit=in_all)
    full = number in _DEATHS_OF_HUNGER and ended.max_rss_kib > 0.8 * (limits.memory_mib << 10)
    if full or (not number and ended.status >> 8 == wire.OUT_OF_MEMORY):
        return Outcome.OUT_OF_MEMORY, phrase("your code used more than {limit} MiB of memory", limit=limits.memory_mib)
    if number:
        return Outcome.CRASHED, phrase("your code's process crashed ({signal})", signal=_signal_name(number))
    if broken:
        return Outcome.CRASHED, phrase("your code disturbed the answers of its process")
    return Outcome.CRASHED, phrase("your code's process ended itself before it answered")


def _signal_name(number: int) -> Text:
    return signal.Signals(number).name if number in set(signal.Signals) else phrase("signal {number}", number=number)
