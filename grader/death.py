"""How a fork died, from what its supervisor measured: whose fault it is, and the sentence that says so."""

import signal

from grader.inside import wire
from grader.observation import Outcome
from grader.walls.replies import Report

_DEATHS_OF_HUNGER = (signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL)


def killed_from_outside(report: Report, limits: wire.Limits) -> bool:
    """Say whether somebody else sent SIGKILL: PID 1 of a namespace cannot, and a limit is told from it by its clock."""
    ended = report.ended
    killed = ended.reason == "exit" and ended.status & 0x7F == signal.SIGKILL
    return killed and ended.cpu_seconds < limits.total_wall_seconds


def cause(report: Report, broken: str, limits: wire.Limits) -> tuple[Outcome, str]:
    """Return what ended a fork that did not answer everything, and a sentence about it."""
    ended = report.ended
    if report.overflow:
        return Outcome.TOO_LARGE, f"your code sent back too much: {report.overflow}"
    if ended.reason == "cpu":
        return Outcome.TIMED_OUT, f"your code used more than {limits.cpu_seconds:g} seconds of CPU in one step"
    if ended.reason == "wall":
        return Outcome.TIMED_OUT, f"your code took more than {limits.wall_seconds:g} seconds in one step, twice"
    if ended.reason == "total":
        return Outcome.TIMED_OUT, f"your code took more than {limits.total_wall_seconds:g} seconds in all"
    number = ended.status & 0x7F
    if number in (signal.SIGXCPU, signal.SIGKILL) and ended.cpu_seconds >= limits.total_wall_seconds:
        return Outcome.TIMED_OUT, f"your code used more than {limits.total_wall_seconds:g} seconds of CPU in all"
    full = number in _DEATHS_OF_HUNGER and ended.max_rss_kib > 0.8 * (limits.memory_mib << 10)
    if full or (not number and ended.status >> 8 == wire.OUT_OF_MEMORY):
        return Outcome.OUT_OF_MEMORY, f"your code used more than {limits.memory_mib} MiB of memory"
    if number:
        return Outcome.CRASHED, f"your code's process crashed ({_signal_name(number)})"
    if broken:
        return Outcome.CRASHED, "your code disturbed the answers of its process"
    return Outcome.CRASHED, "your code's process ended itself before it answered"


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
