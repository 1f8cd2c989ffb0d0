"""Numbers as they stand in cells: decimal marks, thousands, units.

Sizes are binary whatever the word says: vCenter and Azure write ``GB`` and mean
GiB, and the schema keeps GB as GiB (FIELD.md, trap 1).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_NUMBER: Final = re.compile(
    r"^(?P<sign>[+-]?)\s*(?P<currency>[$€£¥]|[A-Z]{3}(?=[\s\d]))?\s*"
    r"(?P<digits>\d[\d.,'’\s]*|[.,]\d+)"
    r"(?P<exponent>[eE][+-]?\d{1,3})?\s*(?P<unit>[^\d\s].*)?$",
    re.DOTALL,
)
_GROUPS: Final = re.compile(r"[\s'’]")


class DecimalMark(StrEnum):
    """What parts the whole from the fraction in a column."""

    POINT = "point"
    COMMA = "comma"


class Dimension(StrEnum):
    """What a number measures; the value names the unit that is stored."""

    MEMORY = "mb"
    STORAGE = "gb"
    RATE = "mb/s"
    PERCENT = "percent"
    HOURS = "hours"
    MINUTES = "minutes"
    MONEY = "per month"
    COUNT = "count"


DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType(
    {
        "memory_mb": Dimension.MEMORY,
        "storage_provisioned_gb": Dimension.STORAGE,
        "storage_used_gb": Dimension.STORAGE,
        "database_size_gb": Dimension.STORAGE,
        "disk_read_mbps": Dimension.RATE,
        "disk_write_mbps": Dimension.RATE,
        "net_in_mbps": Dimension.RATE,
        "net_out_mbps": Dimension.RATE,
        "cpu_util_avg_pct": Dimension.PERCENT,
        "cpu_util_peak_pct": Dimension.PERCENT,
        "mem_util_avg_pct": Dimension.PERCENT,
        "mem_util_peak_pct": Dimension.PERCENT,
        "rto_hours": Dimension.HOURS,
        "rpo_minutes": Dimension.MINUTES,
        "monthly_cost": Dimension.MONEY,
    }
)
"""By field, after the units of ``asset_schema.json``; all others are counts."""

NEEDS_UNIT: Final = frozenset({Dimension.MEMORY, Dimension.STORAGE})

_SIZES: Final = {"b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_SIZE_WORDS: Final = {
    "byte": "b",
    "bytes": "b",
    "octets": "b",
    "kilobyte": "k",
    "kilobytes": "k",
    "megabyte": "m",
    "megabytes": "m",
    "mebibytes": "m",
    "gigabyte": "g",
    "gigabytes": "g",
    "gibibytes": "g",
    "gigs": "g",
    "gig": "g",
    "terabyte": "t",
    "terabytes": "t",
    "tebibytes": "t",
    "meg": "m",
}
_SIZE_FORM: Final = re.compile(r"^([kmgtp])(?:i?b|o)?$")
_PER_SECOND: Final = re.compile(r"\s*(?:/|per|p)\s*s(?:ec(?:ond)?s?)?$")
_MINUTES: Final[Mapping[str, float]] = {
    "s": 1 / 60,
    "sec": 1 / 60,
    "seconds": 1 / 60,
    "m": 1.0,
    "min": 1.0,
    "mins": 1.0,
    "minute": 1.0,
    "minutes": 1.0,
    "minuten": 1.0,
    "h": 60.0,
    "hr": 60.0,
    "hrs": 60.0,
    "hour": 60.0,
    "hours": 60.0,
    "std": 60.0,
    "stunden": 60.0,
    "heures": 60.0,
    "horas": 60.0,
    "d": 1440.0,
    "day": 1440.0,
    "days": 1440.0,
    "tage": 1440.0,
}
_COUNT_WORDS: Final = frozenset(
    {
        "cpu",
        "cpus",
        "vcpu",
        "vcpus",
        "core",
        "cores",
        "core(s)",
        "kern",
        "kerne",
        "cœurs",
        "socket",
        "sockets",
        "disk",
        "disks",
        "nic",
        "nics",
        "x",
        "ops",
        "iops",
        "ops/s",
        "io/s",
        "b",
        "bytes",
        "count",
        "pcs",
        "units",
    }
)
_PERCENT_WORDS: Final[Mapping[str, float]] = {
    "%": 1.0,
    "percent": 1.0,
    "pct": 1.0,
    "prozent": 1.0,
    "fraction": 100.0,
}
_MONTHLY: Final = re.compile(r"(?:/|per|pro|p\.?)\s*(?:m(?:o(?:nth)?|onat)?)$")
_YEARLY: Final = re.compile(
    r"(?:/|per|pro|p\.?)\s*(?:y(?:r|ear)?|a(?:nnum)?|jahr)$|yearly|annual"
)


@dataclass(frozen=True)
class Quantity:
    """A number from a cell and the unit that stood beside it, if any."""

    number: float
    unit: str = ""


@dataclass(frozen=True)
class MarkDecision:
    """Which decimal mark a column uses.

    Attributes:
        evidence: The value that decided, or why nothing did.
        certain: Whether some value decided; else the mark is a default.
        mixed: Whether values of both kinds stand in the column.
    """

    mark: DecimalMark
    evidence: str
    certain: bool = True
    mixed: bool = False


def _digits(text: str) -> str:
    found = _NUMBER.match(text.strip())
    return _GROUPS.sub("", found["digits"]) if found else ""


def _verdict(digits: str) -> DecimalMark | None:
    """Return the decimal mark that ``digits`` alone prove, if they prove one."""
    point, comma = digits.count("."), digits.count(",")
    if point and comma:
        last = max(digits.rfind("."), digits.rfind(","))
        return DecimalMark.POINT if digits[last] == "." else DecimalMark.COMMA
    if point > 1:
        return DecimalMark.COMMA
    if comma > 1:
        return DecimalMark.POINT
    if not (point or comma):
        return None
    whole, _, rest = digits.replace(",", ".").partition(".")
    if len(rest) == 3 and 1 <= len(whole) <= 3 and whole.strip("0"):
        return None
    return DecimalMark.POINT if point else DecimalMark.COMMA


def _is_open(digits: str) -> bool:
    """Tell whether ``digits`` read differently with either mark."""
    return ("." in digits or "," in digits) and _verdict(digits) is None


def decide_mark(values: Iterable[str], whole_numbers: bool) -> MarkDecision:
    """Return the decimal mark of a column from its different values.

    Args:
        values: The cells' texts, each once.
        whole_numbers: Whether the field holds whole numbers in the column's own
            unit; then ``8.192`` alone is read as 8,192 and not as 8 and a bit.
    """
    first: dict[DecimalMark, str] = {}
    undecided = ""
    for value in values:
        digits = _digits(value)
        verdict = _verdict(digits)
        if verdict:
            first.setdefault(verdict, value)
        elif not undecided and _is_open(digits):
            undecided = value
    if len(first) == 1:
        mark, value = next(iter(first.items()))
        return MarkDecision(mark, f"“{value}” can only be read with a {mark}.")
    if len(first) == 2:
        both = f"“{first[DecimalMark.POINT]}” and “{first[DecimalMark.COMMA]}”"
        return MarkDecision(
            DecimalMark.POINT, f"{both} use different marks.", not undecided, True
        )
    if not undecided:
        return MarkDecision(DecimalMark.POINT, "No value has a decimal mark.")
    thousands = "," in undecided or whole_numbers
    mark = DecimalMark.COMMA if "." in undecided and thousands else DecimalMark.POINT
    told = "thousands" if thousands else "a fraction"
    return MarkDecision(mark, f"“{undecided}” was read as {told}.", certain=False)


def parse_quantity(text: str, decision: MarkDecision) -> Quantity | None:
    """Return the number of a cell, read with the column's decimal mark.

    A value that proves a mark of its own is read with that one. In a column of
    mixed marks a value that proves none is not a number.
    """
    found = _NUMBER.match(text.strip())
    if not found:
        return None
    digits = _GROUPS.sub("", found["digits"])
    if decision.mixed and _is_open(digits):
        return None
    mark = _verdict(digits) or decision.mark
    thousands = "," if mark is DecimalMark.POINT else "."
    plain = digits.replace(thousands, "").replace(",", ".")
    try:
        number = float(found["sign"] + plain + (found["exponent"] or ""))
    except ValueError:
        return None
    return Quantity(number, " ".join((found["unit"] or "").split()))


def factor(dimension: Dimension, unit: str | None) -> float | None:
    """Return what a number in ``unit`` is multiplied by to be stored.

    ``1.0`` where no unit is given; ``None`` if the unit does not fit.
    """
    word = _plain_unit(unit)
    if not word:
        return 1.0
    if dimension in (Dimension.MEMORY, Dimension.STORAGE):
        power = _size_power(word)
        base = 2 if dimension is Dimension.MEMORY else 3
        return None if power is None else float(1024.0 ** (power - base))
    if dimension is Dimension.RATE:
        return _rate_factor(word)
    return _other_factor(dimension, word)


def _plain_unit(unit: str | None) -> str:
    word = " ".join((unit or "").split()).strip("()[]. ").lower()
    return word.removeprefix("in ").strip()


def _size_power(word: str) -> int | None:
    short = _SIZE_WORDS.get(word, word)
    if short == "b":
        return 0
    found = _SIZE_FORM.match(short)
    return _SIZES[found[1]] if found else None


def _rate_factor(word: str) -> float | None:
    """Return the factor to MB/s; a small ``b`` after the prefix is a bit."""
    if re.fullmatch(r"[kmg]?bit(?:s)?(?:/s|ps| per second)?", word):
        power = _SIZES.get(word[0], 0) if word[0] != "b" else 0
        return 1000.0**power / 8 / 1024.0**2
    if word in ("mbps", "mb ps"):
        return 1.0
    bare = _PER_SECOND.sub("", word)
    power = _size_power(bare.strip())
    return None if power is None else 1024.0 ** (power - 2)


def _other_factor(dimension: Dimension, word: str) -> float | None:
    if dimension is Dimension.PERCENT:
        return _PERCENT_WORDS.get(word.removesuffix(" 0-100"))
    if dimension is Dimension.MONEY:
        return 1 / 12 if _YEARLY.search(word) else _money_factor(word)
    if dimension in (Dimension.HOURS, Dimension.MINUTES):
        minutes = _MINUTES.get(word)
        if minutes is None:
            return None
        return minutes / 60 if dimension is Dimension.HOURS else minutes
    return 1.0 if word in _COUNT_WORDS or "cpu" in word else None


def _money_factor(word: str) -> float | None:
    bare = _MONTHLY.sub("", word).strip(" .")
    is_currency = bool(re.fullmatch(r"[$€£¥]|[a-z]{3}|us\$|currency", bare))
    return 1.0 if not bare or is_currency or word == "month" else None
