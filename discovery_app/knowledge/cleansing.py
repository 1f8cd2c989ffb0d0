"""What cleansing says of values, columns and rows: a rule, a sentence, a fix."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from discovery_app.domain.issues import Severity

_AGAIN: Final = "on the import's issues page, or in the file and import that again"
"""Where a cell is corrected: both ways lead to the same."""

_KEPT: Final = f"Correct it {_AGAIN}; the text is kept as custom."


@dataclass(frozen=True)
class RuleText:
    """How a broken rule is told.

    Attributes:
        message: May hold ``{value}``, ``{column}`` and ``{field}``.
    """

    severity: Severity
    message: str
    fix: str


def _warn(message: str, fix: str = _KEPT) -> RuleText:
    return RuleText(Severity.WARNING, message, fix)


def _tell(message: str, fix: str = "Nothing has to be done.") -> RuleText:
    return RuleText(Severity.INFO, message, fix)


def _bar(message: str, fix: str) -> RuleText:
    return RuleText(Severity.ERROR, message, fix)


_IDENTITY_COLUMNS: Final = (
    "a name, host name, FQDN, external id, serial number or VM UUID"
)

RULES: Final[Mapping[str, RuleText]] = MappingProxyType(
    {
        "not_a_number": _warn("“{value}” is not a number, so {field} stays empty."),
        "unknown_unit": _warn(
            "The unit of “{value}” does not fit {field}, which stays empty."
        ),
        "out_of_range": _warn(
            "“{value}” is outside what {field} can be, so it stays empty."
        ),
        "not_whole": _warn("“{value}” is no whole number, so {field} stays empty."),
        "unknown_value": _warn(
            "“{value}” is none of the words known for {field}, which stays empty."
        ),
        "not_a_boolean": _warn(
            "“{value}” says neither yes nor no, so {field} stays empty."
        ),
        "not_a_date": _warn("“{value}” is not a date, so {field} stays empty."),
        "ambiguous_date": _warn(
            "“{value}” may be read day first or month first, so {field} stays empty.",
            f"Write the dates as YYYY-MM-DD, {_AGAIN}; the text is kept as custom.",
        ),
        "not_an_address": _warn(
            "Part of “{value}” is no address of a machine; {field} has the rest."
        ),
        "hostname_is_address": _warn(
            "“{value}” is an IP address and no name, so {field} stays empty."
        ),
        "identifies_nothing": _warn(
            "“{value}” stands in many machines and identifies none, so {field} stays "
            "empty."
        ),
        "too_long": _warn(
            "A value that begins with “{value}” has more than 10,000 characters and "
            "was left out.",
            f"Shorten the cell, {_AGAIN}.",
        ),
        "unit_assumed": _warn(
            "Neither column {column} nor its values name a unit; {value} was assumed "
            "for {field}.",
            "Write the unit into the header or choose it in the mapping.",
        ),
        "unit_unknown": _warn(
            "The unit “{value}” of column {column} does not fit {field}; its numbers "
            "were taken as they are.",
            "Choose the unit in the mapping.",
        ),
        "decimal_mark_assumed": _warn(
            "Nothing in column {column} decides between decimal comma and point: "
            "{value}",
            "Check a few values; write them without thousands separators if they are "
            "wrong.",
        ),
        "decimal_mark_mixed": _warn(
            "Column {column} mixes decimal commas and points: {value}",
            f"Write all its numbers in one way, {_AGAIN}.",
        ),
        "decimal_comma": _tell(
            "Column {column} was read with a decimal comma: {value}"
        ),
        "date_order": _tell("The order of the dates in column {column}: {value}"),
        "date_order_mixed": _warn(
            "Column {column} mixes day-first and month-first dates: {value}",
            f"Write all its dates as YYYY-MM-DD, {_AGAIN}.",
        ),
        "sources_disagree": _tell(
            "Column {column} says “{value}”, which differs from the column that "
            "decides {field}; it is kept as custom.",
            "Check which of the two is right.",
        ),
        "template": _tell("“{value}” is a template and was left out."),
        "placeholder": _tell(
            "“{value}” is a placeholder of a recovery site and was left out."
        ),
        "dependency": _tell(
            "The row describes a dependency of “{value}”; it became a connection."
        ),
        "record_type": _bar(
            "“{value}” is no record type; 1 is an application and 2 a dependency.",
            f"Correct the record type, {_AGAIN}.",
        ),
        "no_identity": _bar(
            "Nothing in the row says which asset it is: it needs "
            + _IDENTITY_COLUMNS
            + " ({value}).",
            f"Fill one of these columns, {_AGAIN}.",
        ),
        "duplicate": _tell(
            "The row is the same asset as {value} and was merged into it.",
            "Remove one of the rows from the source.",
        ),
        "shared_identity": _warn(
            "“{value}” in {field} is shared by several assets, so it identifies none.",
            "Correct it in the source.",
        ),
        "no_match": _warn(
            "No asset of the import belongs to “{value}”, so the row was not used.",
            "Check that the file holds all assets and their ids.",
        ),
        "no_guest": _tell("No asset of the import runs on host “{value}”."),
        "several_match": _warn(
            "Several assets of the import fit “{value}”, so the row was not used.",
            "Export the sheet with its ids (VM ID or VM UUID).",
        ),
        "no_endpoint": _warn(
            "The connection lacks its source or its destination and was not used.",
            f"Fill both, {_AGAIN}.",
        ),
    }
)
"""By the word that issues carry as ``rule``."""
