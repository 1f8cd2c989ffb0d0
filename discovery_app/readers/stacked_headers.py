"""Headers that stand in two rows: groups above names, or units below them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from discovery_app.knowledge.header_units import UNITS
from discovery_app.knowledge.headers import header_words
from discovery_app.readers.header_rows import is_name, known_share

_UNIT_WORDS: Final = frozenset(UNITS) | {
    "cores",
    "count",
    "eur",
    "gb/s",
    "gbps",
    "kbps",
    "kb/s",
    "mb/s",
    "mbps",
    "ms",
    "sockets",
    "usd",
    "vcpu",
    "vcpus",
    "€",
    "$",
}
_NO_NAMES: Final = frozenset(
    {"size", "usage", "used", "util", "utilisation", "utilization", "avg", "average"}
    | {"max", "peak", "min", "free", "capacity", "provisioned", "allocated", "total"}
    | {"gesamt", "belegt", "frei", "auslastung", "taille", "libre", "tamaño", "uso"}
    | set(UNITS)
)
"""Words that say nothing without the thing they measure."""

_NO_GROUPS: Final = frozenset(
    {"general", "basic", "basics", "details", "info", "information", "overview"}
    | {"identification", "identity", "common", "other", "misc", "allgemein"}
    | {"général", "générales", "informations", "datos", "generales"}
)
"""Titles of groups that say nothing about the columns below them."""

_BRACKETS: Final = re.compile(r"[()\[\]\s]")
_KNOWN_SHARE: Final = 0.5
"""As for a single row of headers; chosen."""


def with_units(names: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """Return the headers with the units of the row below, if it is a row of units.

    ``Memory`` above ``GB`` becomes ``Memory (GB)``.
    """
    units = [_BRACKETS.sub("", cell) for cell in below]
    filled = [unit for unit in units if unit]
    if not filled or any(unit.casefold() not in _UNIT_WORDS for unit in filled):
        return None
    pairs = zip(names, units, strict=True)
    return [f"{name.strip()} ({unit})" if unit else name for name, unit in pairs]


def is_continued(names: Sequence[str], below: Sequence[str]) -> bool:
    """Return whether the row below goes on with the headers.

    It does where it names what cells merged over several columns leave blank, and is
    itself blank below cells merged over both rows.
    """
    cells = [cell for cell in below if cell.strip()]
    if not cells or not all(is_name(cell.strip()) for cell in cells):
        return False
    if known_share(cells) < _KNOWN_SHARE:
        return False
    pairs = list(zip(names, below, strict=True))
    fills = any(not name.strip() and cell.strip() for name, cell in pairs)
    leaves = any(name.strip() and not cell.strip() for name, cell in pairs)
    return fills and leaves


def under_groups(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the headers, each blank or repeated one with its group before it.

    ``CPU`` merged over ``Cores`` and ``Usage %`` tells that one from ``Memory``'s.
    """
    seen = Counter(name.strip().casefold() for name in names)
    named: list[str] = []
    group = ""
    for above, name in zip(groups, names, strict=True):
        group = above.strip() or group
        own = name.strip()
        if not own:
            named.append(above.strip())
        elif group and (seen[own.casefold()] > 1 or _says_nothing(own)):
            named.append(f"{group} {own}")
        else:
            named.append(name)
    return named


def with_groups(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the headers, each with the group that is merged over it before it."""
    named: list[str] = []
    group = ""
    for above, name in zip(groups, names, strict=True):
        group = above.strip() or group
        own = name.strip()
        telling = own and _NO_GROUPS.isdisjoint(header_words(group))
        named.append(f"{group} {own}" if telling and group else own or above.strip())
    return named


def _says_nothing(name: str) -> bool:
    words = header_words(name)
    return bool(words) and _NO_NAMES.issuperset(words)
