"""Values as pages write them: numbers with separators, lists with commas."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from discovery_app.domain.inventory import MISSING
from discovery_app.domain.words import exact

NOTHING: Final = "–"

_ACRONYMS: Final = {
    "app": "Application",
    "db": "Database",
    "dc": "Domain controller",
    "dns": "DNS",
    "dr": "Disaster recovery",
    "lb": "Load balancer",
    "true": "Yes",
    "false": "No",
    "bios": "BIOS",
    "uefi": "UEFI",
    MISSING: "None",
}


def value_words(value: Any, *, is_word: bool = False) -> str:
    """Return ``value`` as text; "–" for none.

    Args:
        value: As the inventory stores it.
        is_word: Whether a text is one of the schema's own words, such as
            ``virtual_machine``, and not something a file said.
    """
    match value:
        case None | "" | [] | ():
            return NOTHING
        case bool() | int() | float():
            return _number_words(value)
        case datetime():
            return exact(value)
        case date():
            return day_words(value)
        case list() | tuple():
            return ", ".join(value_words(one) for one in value)
        case Mapping():
            return ", ".join(f"{key}: {value_words(one)}" for key, one in value.items())
        case _:
            return slug_words(str(value)) if is_word else str(value)


def _number_words(value: float) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    whole = isinstance(value, int)
    return f"{value:,}" if whole else f"{value:,.1f}".removesuffix(".0")


def slug_words(slug: str) -> str:
    """Return one of the schema's words for people: "Virtual machine"."""
    known = _ACRONYMS.get(slug)
    return known or slug.replace("_", " ").capitalize()


def day_words(day: date | None) -> str:
    """Return a day: "12 Jan 2027"; nothing for none."""
    return f"{day.day} {day:%b %Y}" if day else ""


def range_words(offset: int, shown: int, total: int) -> str:
    """Return which rows of how many are shown: "51–100 of 795"."""
    if not shown:
        return f"0 of {total:,}"
    return f"{offset + 1:,}–{offset + shown:,} of {total:,}"
