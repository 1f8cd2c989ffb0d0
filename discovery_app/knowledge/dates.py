"""Dates as they stand in cells, in the order their column uses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene",
            "feb february februar février fevrier févr fevr fév febrero",
            "mar march märz maerz mrz mars marzo",
            "apr april avril avr abril abr",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet juil julio",
            "aug august août aout agosto ago",
            "sep sept september septembre septiembre",
            "oct october oktober okt octobre octubre",
            "nov november novembre noviembre",
            "dec december dezember dez déc décembre decembre diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST: Final = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(.*)$", re.DOTALL)
_COMPACT: Final = re.compile(
    r"^((?:19|20)\d{2})(\d{2})(\d{2})(?:[T ]?(\d\d:?\d\d:?\d\d)Z?)?$"
)
_YEAR_LAST: Final = re.compile(
    r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)$", re.DOTALL
)
_NAMED: Final = re.compile(
    r"^(?:[^\W\d]+(?:,\s*|\.?\s+))?(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|er|\.)?[\s-]+"
    r"(?:de\s+)?(?P<m1>[^\W\d]+)"
    r"|(?P<m2>[^\W\d]+)[\s.-]+(?P<d2>\d{1,2})(?:st|nd|rd|th)?)[\s.,-]+(?:del?\s+)?"
    r"(?P<year>\d{4}|\d{2})(?!\d)(?P<rest>.*)$",
    re.DOTALL,
)
_TIME: Final = re.compile(
    r"^[T\s,]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_WMI: Final = re.compile(r"^((?:19|20)\d{12})\.\d{6}([+-]\d{3})$")
_YEAR_AT_THE_END: Final = re.compile(
    r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) ([\d:]{5,8}) (?:[A-Z]{3,4} )?(\d{4})$"
)
"""As ``ctime`` and ``date`` write it: ``Tue Nov 18 11:20:31 2026``."""

_EXCEL_DAYS: Final = (20_000, 60_000)
"""Spreadsheet day numbers of 1954 to 2064."""
_EXCEL_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_LONGEST_DATE: Final = 64
_CENTURY_TURN: Final = 70
"""Two-digit years from here on are of the 20th century, as in POSIX ``strptime``."""


class DateOrder(StrEnum):
    """Which number of ``03/04/2025`` is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    UNKNOWN = "unknown"
    MIXED = "mixed"


@dataclass(frozen=True)
class OrderDecision:
    """How a column writes its dates.

    Attributes:
        evidence: The value that decided, or why nothing did.
    """

    order: DateOrder
    evidence: str


def decide_order(values: Iterable[str]) -> OrderDecision:
    """Return the order of a column's dates from its different values.

    A number above 12 decides. Dots are day first, as no country that writes dots
    puts the month first.
    """
    day_first = month_first = open_value = ""
    for value in values:
        found = _YEAR_LAST.match(value.strip())
        if not found:
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 or found[2] == ".":
            day_first = day_first or value
        elif second > 12:
            month_first = month_first or value
        elif first != second:
            open_value = open_value or value
    return _decision(day_first, month_first, open_value)


def _decision(day_first: str, month_first: str, open_value: str) -> OrderDecision:
    if day_first and month_first:
        told = f"“{day_first}” has the day first and “{month_first}” the month."
        return OrderDecision(DateOrder.MIXED, told)
    if day_first:
        return OrderDecision(DateOrder.DAY_FIRST, f"“{day_first}” has the day first.")
    if month_first:
        told = f"“{month_first}” has the month first."
        return OrderDecision(DateOrder.MONTH_FIRST, told)
    told = f"“{open_value}” may be read in two ways." if open_value else "Not needed."
    return OrderDecision(DateOrder.UNKNOWN, told)


def is_open(text: str, order: DateOrder) -> bool:
    """Tell whether ``text`` is a date whose day and month cannot be told apart."""
    found = _YEAR_LAST.match(text.strip())
    if not found or order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
        return False
    first, second = int(found[1]), int(found[3])
    return found[2] != "." and first <= 12 and second <= 12 and first != second


def parse_datetime(text: str, order: DateOrder) -> datetime | None:
    """Return the moment that ``text`` names, in UTC, or ``None``.

    A time without a zone is taken as UTC, and a date without a time as its
    midnight. Spreadsheet day numbers and Unix seconds are read too.
    """
    value = text.strip()
    if len(value) > _LONGEST_DATE or is_open(value, order):
        return None
    try:
        return (
            _of_wmi(value)
            or _year_first(value)
            or _year_last(value, order)
            or _named(value)
            or _counted(value)
        )
    except (ValueError, OverflowError):
        return None


def _of_wmi(value: str) -> datetime | None:
    """Read a moment of Windows' management: ``20180402101112.000000+120``."""
    found = _WMI.match(value)
    if not found:
        return None
    start = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return start - timedelta(minutes=int(found[2]))


def _year_first(value: str) -> datetime | None:
    found = _YEAR_FIRST.match(value)
    if found:
        return _moment(int(found[1]), int(found[2]), int(found[3]), found[4])
    compact = _COMPACT.match(value)
    if not compact:
        return None
    clock = (compact[4] or "").replace(":", "")
    rest = f"{clock[:2]}:{clock[2:4]}:{clock[4:]}" if clock else ""
    return _moment(int(compact[1]), int(compact[2]), int(compact[3]), rest)


def _year_last(value: str, order: DateOrder) -> datetime | None:
    found = _YEAR_LAST.match(value)
    if not found:
        return None
    first, second = int(found[1]), int(found[3])
    month_first = order is DateOrder.MONTH_FIRST and found[2] != "."
    if order in (DateOrder.MIXED, DateOrder.UNKNOWN):
        month_first = second > 12
    day, month = (second, first) if month_first else (first, second)
    return _moment(_year(found[4]), month, day, found[5])


def _named(value: str) -> datetime | None:
    found = _NAMED.match(_YEAR_AT_THE_END.sub(r"\2 \1 \4 \3", value))
    if not found:
        return None
    month = _MONTHS.get((found["m1"] or found["m2"]).lower())
    if month is None:
        return None
    day = int(found["d1"] or found["d2"])
    return _moment(_year(found["year"]), month, day, found["rest"])


def _counted(value: str) -> datetime | None:
    """Read a spreadsheet day number or Unix seconds (or milliseconds)."""
    if re.fullmatch(r"\d{5}(?:\.\d+)?", value):
        days = float(value)
        if _EXCEL_DAYS[0] <= days <= _EXCEL_DAYS[1]:
            return _EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))
    if re.fullmatch(r"1\d{9}(?:\d{3})?", value):
        seconds = int(value) / (1000 if len(value) == 13 else 1)
        return datetime.fromtimestamp(seconds, tz=UTC)
    return None


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= _CENTURY_TURN else 2000)


def _moment(year: int, month: int, day: int, rest: str) -> datetime | None:
    start = datetime(year, month, day, tzinfo=UTC)
    if not rest.strip():
        return start
    found = _TIME.match(rest)
    if not found:
        return None
    hour = int(found[1])
    if found[5]:
        hour = hour % 12 + (12 if found[5].lower().startswith("p") else 0)
    micros = int((found[4] or "0").ljust(6, "0")[:6])
    local = start.replace(
        hour=hour, minute=int(found[2]), second=int(found[3] or 0), microsecond=micros
    )
    return local - _offset(found[6])


def _offset(zone: str | None) -> timedelta:
    if not zone or zone in ("Z", "UTC", "GMT"):
        return timedelta()
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -size if zone.startswith("-") else size
