"""Units as they stand in cells and headers, and what they are multiplied by.

Sizes are binary whatever the word says: vCenter and Azure write ``GB`` and mean
GiB, and the schema keeps GB as GiB (FIELD.md, trap 1).
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


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
_SIZE_OF: Final = re.compile(
    r" (?:ram|memory|mem|ddr\d?|ssd|hdd|sas|sata|nvme|disk|storage|total)$"
)
"""Words behind a unit that say what has the size: ``16 GB RAM``."""

_CPUS: Final = re.compile(r"(?:[a-z]+ )?v?cpus?(?:\(s\)?)?(?: cores?)?")
_BITS: Final = re.compile(r"\s*([KMGkmg])b\s?ps\s*")
"""A rate in bits; ``MBps`` with a large B is one in bytes."""

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
    "stunde": 60.0,
    "heure": 60.0,
    "heures": 60.0,
    "hora": 60.0,
    "horas": 60.0,
    "minuto": 1.0,
    "minutos": 1.0,
    "d": 1440.0,
    "day": 1440.0,
    "days": 1440.0,
    "tag": 1440.0,
    "tage": 1440.0,
    "tagen": 1440.0,
    "jour": 1440.0,
    "jours": 1440.0,
    "día": 1440.0,
    "días": 1440.0,
    "week": 10080.0,
    "weeks": 10080.0,
    "woche": 10080.0,
    "wochen": 10080.0,
}
_COUNT_WORDS: Final = frozenset(
    {
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


def factor(dimension: Dimension, unit: str | None) -> float | None:
    """Return what a number in ``unit`` is multiplied by to be stored.

    ``1.0`` where no unit is given; ``None`` if the unit does not fit.
    """
    if dimension is Dimension.RATE and (bits := _BITS.fullmatch(unit or "")):
        return _rate_factor(f"{bits[1].lower()}bit/s")
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
    bare = _SIZE_OF.sub("", word)
    short = _SIZE_WORDS.get(bare, bare)
    if short == "b":
        return 0
    found = _SIZE_FORM.match(short)
    return _SIZES[found[1]] if found else None


def _rate_factor(word: str) -> float | None:
    """Return the factor to MB/s; a small ``b`` after the prefix is a bit."""
    if re.fullmatch(r"[kmg]?bit(?:s)?(?:/s|ps| per second)?", word):
        power = _SIZES.get(word[0], 0) if word[0] != "b" else 0
        return 1000.0**power / 8 / 1024.0**2
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
    counts = word in _COUNT_WORDS or _CPUS.fullmatch(word)
    return 1.0 if counts else None


def _money_factor(word: str) -> float | None:
    bare = _MONTHLY.sub("", word).strip(" .")
    is_currency = bool(re.fullmatch(r"[$€£¥]|[a-z]{3}|us\$|currency", bare))
    return 1.0 if not bare or is_currency or word == "month" else None
