"""What an engagement may set of its analysis: thresholds and noise ports.

The project's defaults are those of ``knowledge.treatments`` and ``knowledge.ports``;
a client's estate may call for others, and every decision names the line it was drawn
by.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.ports import NOISE_PORTS, NoisePort, OnlyIf
from discovery_app.knowledge.treatments import THRESHOLDS, Thresholds

MOST_DAYS: Final = 3_650
MOST_COMPONENTS: Final = 100
MOST_PORTS: Final = 200
"""Bounds against slips of the hand; chosen."""

_LINE: Final = re.compile(
    r"(?P<port>\d{1,5})\s+(?P<reason>[A-Za-z][\w -]{0,39}?)"
    r"(?:\s+only\s+(?P<only>to domain controllers?|backup))?\s*"
)
_ONLY_WORDS: Final = {
    OnlyIf.ALWAYS: "",
    OnlyIf.TO_DOMAIN_CONTROLLER: " only to domain controllers",
    OnlyIf.BACKUP: " only backup",
}


@dataclass(frozen=True)
class AnalysisSettings:
    """How an engagement is analysed.

    Attributes:
        noise_ports: Ports whose traffic is no dependency, in the order they are asked.
    """

    thresholds: Thresholds = THRESHOLDS
    noise_ports: tuple[NoisePort, ...] = NOISE_PORTS


DEFAULTS: Final = AnalysisSettings()


def check_settings(chosen: AnalysisSettings) -> None:
    """Check that the rules can work with ``chosen``.

    Raises:
        InvalidInputError: They cannot; nothing was changed.
    """
    lines = chosen.thresholds
    if not 0 < lines.zombie_percent < lines.idle_percent <= 100:
        raise _refused(
            "the zombie line must lie above 0 and below the idle line, and that at "
            "100 percent at most"
        )
    if not 1 <= lines.window_days <= MOST_DAYS:
        raise _refused(f"the days of observation must be 1 to {MOST_DAYS:,}")
    if not 1 <= lines.refactor_components <= MOST_COMPONENTS:
        raise _refused(f"the ended components must be 1 to {MOST_COMPONENTS}")
    _check_ports(chosen.noise_ports)


def _check_ports(ports: Sequence[NoisePort]) -> None:
    if len(ports) > MOST_PORTS:
        raise _refused(f"at most {MOST_PORTS} noise ports are taken")
    seen: set[int] = set()
    for one in ports:
        if not 0 < one.port < 65_536:
            raise _refused(f"{one.port} is no port")
        if one.port in seen:
            raise _refused(f"port {one.port} stands twice")
        seen.add(one.port)


def read_ports(text: str) -> tuple[NoisePort, ...]:
    """Return the noise ports that ``text`` lists, one a line: ``22 ssh``.

    A line may end in ``only backup`` or ``only to domain controllers``.

    Raises:
        InvalidInputError: A line cannot be read.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None or " only " in f" {parts['reason']} ":
            raise _refused(
                f"line {number} of the noise ports is not “port reason”, such as "
                "“22 ssh” or “445 backup only backup”"
            )
        found.append(
            NoisePort(
                int(parts["port"]),
                parts["reason"].strip().lower().replace(" ", "_"),
                _only_if(parts["only"]),
            )
        )
    return tuple(found)


def _only_if(words: str | None) -> OnlyIf:
    if words is None:
        return OnlyIf.ALWAYS
    return OnlyIf.BACKUP if words == "backup" else OnlyIf.TO_DOMAIN_CONTROLLER


def ports_text(ports: Iterable[NoisePort]) -> str:
    """Return ``ports`` as ``read_ports`` reads them."""
    return "\n".join(
        f"{one.port} {one.reason.replace('_', ' ')}{_ONLY_WORDS[one.only_if]}"
        for one in ports
    )


def _refused(why: str) -> InvalidInputError:
    return InvalidInputError(f"The settings were not changed: {why}.")
