"""Numbers and times in words, the same on every page.

``assets/look.js`` keeps relative times fresh with the same steps as ``ago``.
"""

from datetime import UTC, datetime
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
_SIZES: Final = ("B", "kB", "MB", "GB", "TB")


def duration(seconds: float) -> str:
    """Return ``seconds`` with units: "6.1 s", "42 s", "1 min 36 s", "2 h 10 min"."""
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole // _MINUTE, "min", whole % _MINUTE, "s")
    if whole < _DAY:
        return _two(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")
    return _two(whole // _DAY, "d", whole % _DAY // _HOUR, "h")


def age(then: datetime, now: datetime) -> str:
    """Return how long ago ``then`` was, in one unit: "42 s", "5 min", "2 h", "3 d"."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def ago(then: datetime, now: datetime) -> str:
    """Return ``age`` as a phrase: "5 min ago"."""
    return f"{age(then, now)} ago"


def exact(moment: datetime) -> str:
    """Return ``moment`` in full and in UTC, for hover: "22 Nov 2026 08:47:09 UTC"."""
    return f"{moment.astimezone(UTC):%d %b %Y %H:%M:%S} UTC"


def count(number: int) -> str:
    """Return ``number`` with thousands separators."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``number`` with its noun: "1 workflow", "1,204 workflows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def file_size(size_bytes: int) -> str:
    """Return ``size_bytes`` in decimal units with one decimal: "6.2 MB"."""
    size = float(size_bytes)
    unit = 0
    while size >= 999.95 and unit < len(_SIZES) - 1:
        size /= 1000
        unit += 1
    return f"{size_bytes} B" if unit == 0 else f"{size:.1f} {_SIZES[unit]}"


def percent(fraction: float) -> str:
    """Return ``fraction`` (0-1) as "71 %"; only the whole is 100."""
    return f"{min(round(fraction * 100), 99) if fraction < 1 else 100} %"


def initials(name: str) -> str:
    """Return the first letters of the first and last word of ``name``."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    head = f"{large} {large_unit}"
    return f"{head} {small} {small_unit}" if small else head
