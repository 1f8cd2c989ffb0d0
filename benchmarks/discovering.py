"""Whole imports and the bare load of what they left, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from discovery_app.domain.access import Scope


@dataclass(frozen=True)
class Discovered:
    """What one import took.

    Attributes:
        peak_bytes: Of the process that ran every phase.
        phases: Seconds by phase, frames stored and committed.
    """

    seconds: float
    peak_bytes: int
    phases: Mapping[str, float]


@dataclass(frozen=True)
class BareLoad:
    """What the bare load of the same final rows took.

    Attributes:
        tables: Seconds by table.
    """

    seconds: float
    peak_bytes: int
    tables: Mapping[str, float]


def discover(scope: Scope, *paths: Path) -> Discovered:
    """Run every phase on files that are one import."""
    return Discovered(**_in_a_process("benchmarks.one_import", scope, *paths))


def bare_load(scope: Scope) -> BareLoad:
    """Take out what the engagement's imports left, and load it by the barest means."""
    return BareLoad(**_in_a_process("benchmarks.bare_load", scope))


def _in_a_process(module: str, scope: Scope, *paths: Path) -> dict:
    done = subprocess.run(  # noqa: S603  Our own program.
        [sys.executable, "-m", module, *map(str, paths)],
        env=os.environ | {"BENCH_ENGAGEMENT": str(scope.engagement_id)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])
