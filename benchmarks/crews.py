"""Processes that begin at the same moment and say how much each of them did."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

READY = "ready"


def rate(
    commands: Sequence[Sequence[str]], more: Mapping[str, str] | None = None
) -> float:
    """Return how much all ``commands`` together did in a second.

    Each is a process that calls ``work_with_others``, or speaks as it does: it says
    that it is ready, waits for a line, works, and says how much it did. The time runs
    from that line to the last answer; start-up and warm-up are outside.

    Args:
        more: Environment beside this process's own.
    """
    with ExitStack() as crew:
        hands = [crew.enter_context(_started(one, more or {})) for one in commands]
        for one in hands:
            _answer(one, READY)
        began = time.perf_counter()
        for one in hands:
            _pipe(one.stdin).write("go\n")
            _pipe(one.stdin).flush()
        done = sum(int(_answer(one)) for one in hands)
        return done / (time.perf_counter() - began)


def work_with_others(work: Callable[[], int]) -> None:
    """Say that this process is ready, wait for the others, work, say how much."""
    print(READY, flush=True)
    input()
    print(work(), flush=True)


def _started(command: Sequence[str], more: Mapping[str, str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(  # noqa: S603  Commands of this package.
        command, stdin=pipe, stdout=pipe, text=True, env=os.environ | more
    )


def _answer(one: subprocess.Popen[str], wanted: str = "") -> str:
    """Return the next line of the process, past whatever a library prints."""
    for line in _pipe(one.stdout):
        word = line.strip()
        if word == wanted or (not wanted and word.isdigit()):
            return word
    raise RuntimeError(f"{one.args} ended with {one.wait()} before it had worked.")


def _pipe(stream):  # noqa: ANN001, ANN202  Of Popen, which types it as optional.
    return stream
