"""Numbers as they stand in cells: decimal marks, thousands and what stands beside."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_NUMBER: Final = re.compile(
    r"^(?P<sign>[+-]?)\s*(?P<currency>[$€£¥]|[A-Z]{3}(?=[\s\d]))?\s*"
    r"(?P<digits>\d[\d.,'’\s]*|[.,]\d+)"
    r"(?P<exponent>[eE][+-]?\d{1,3})?\s*(?P<unit>[^\d\s].*)?$",
    re.DOTALL,
)
_PRODUCT: Final = re.compile(
    r"^\s*(?P<count>[1-9]\d{0,2})\s*(?:cpus?|sockets?|sockel|proc(?:essor)?s?|disks?)?"
    r"\s*[x×*]\s*(?P<each>\d.*)$",
    re.IGNORECASE | re.DOTALL,
)
_GROUPS: Final = re.compile(r"[\s'’]")


class DecimalMark(StrEnum):
    """What parts the whole from the fraction in a column."""

    POINT = "point"
    COMMA = "comma"


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


def parse_product(text: str, decision: MarkDecision) -> Quantity | None:
    """Return what ``2 x 8 cores`` or ``4x500 GB`` makes together; else ``None``."""
    found = _PRODUCT.match(text)
    each = parse_quantity(found["each"], decision) if found else None
    if found is None or each is None:
        return None
    return Quantity(int(found["count"]) * each.number, each.unit)
