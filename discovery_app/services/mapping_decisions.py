"""What a person says of a column: checked, and written on its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from discovery_app.domain.mapping import Outcome
from discovery_app.errors import ConflictError, InvalidInputError
from discovery_app.knowledge.fields import ASSET_FIELDS, EDGE_FIELDS, EDGE_PREFIX
from discovery_app.knowledge.unit_choices import header_unit, units_of
from discovery_app.models import FieldMapping

DECIDED: Final = "person"
"""The rule of columns that a person decided."""


@dataclass(frozen=True)
class Decision:
    """What a person said of one column.

    Attributes:
        column: Its header, or ``sheet!header`` where several sheets have it.
        target: A field's name; ``None`` keeps it as a custom field.
        unit: What its numbers are in, where the person said it.
    """

    column: str
    target: str | None
    unit: str | None = None


def decisions_of(
    mappings: Mapping[str, str | None], units: Mapping[str, str] | None = None
) -> list[Decision]:
    """Return decisions from column → field, as the API and command line give them.

    Args:
        units: Column → unit, of columns among ``mappings``.
    """
    said = units or {}
    return [
        Decision(column, target or None, said.get(column))
        for column, target in mappings.items()
    ]


def find_column(rows: Sequence[FieldMapping], column: str) -> FieldMapping:
    """Return the row of a column, by its id, its header or ``sheet!header``.

    Raises:
        InvalidInputError: There is none, or several sheets have it.
    """
    found = [row for row in rows if column in _names(row)]
    if len(found) > 1:
        assets = [row for row in found if row.role == "assets"]
        found = assets if len(assets) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInputError(f"This import has no column called {column}.")
    sheets = ", ".join(f"{row.sheet}!{row.header}" for row in found)
    raise InvalidInputError(f"Several sheets have {column}; name one of {sheets}.")


def decide(row: FieldMapping, decision: Decision, actor: str) -> None:
    """Write what ``actor`` decided on the column's row.

    Raises:
        InvalidInputError: The column is never imported, or field or unit are unknown.
    """
    target = decision.target
    if row.outcome is Outcome.NEVER_IMPORTED:
        raise InvalidInputError(f"{row.header} may hold secrets and is never imported.")
    if target is not None and not _is_field(target):
        raise InvalidInputError(
            f"There is no field called {target}; choose a known one."
        )
    row.unit = _unit(row, decision)
    row.target = target
    row.outcome = Outcome.CONFIDENT if target else Outcome.UNMAPPED
    row.rule, row.approved_by = DECIDED, actor
    row.reason = f"Decided by {actor}."
    row.confidence = 1.0
    row.approved_at = sa.func.now()  # pyright: ignore  The database's clock.


def best_candidate(row: FieldMapping) -> str | None:
    """Return the likeliest field of a column in review, if any is known."""
    return row.target or next(iter(row.candidates), None)


def refuse_double_targets(rows: Sequence[FieldMapping]) -> None:
    """Refuse two columns a person gave the same field of one table.

    Raises:
        ConflictError: Two columns were decided to be the same single-valued field.
    """
    taken: dict[tuple[int, str], FieldMapping] = {}
    for row in rows:
        if row.target is None or row.target.startswith(EDGE_PREFIX):
            continue
        first = taken.setdefault((row.table_number, row.target), row)
        if first is row or DECIDED not in {first.rule, row.rule}:
            continue
        if not ASSET_FIELDS[row.target].type.startswith(("list", "map")):
            raise ConflictError(
                f"{first.header} and {row.header} are both mapped to {row.target}; "
                "keep one of them as a custom field."
            )


def _names(row: FieldMapping) -> tuple[str, str, str]:
    return str(row.id), row.header, f"{row.sheet}!{row.header}"


def _unit(row: FieldMapping, decision: Decision) -> str | None:
    """Return the unit that a decision gives a column.

    Raises:
        InvalidInputError: The field has no such unit.
    """
    target = decision.target
    if decision.unit is None:
        return row.unit if target == row.target else header_unit(row.header, target)
    choices = units_of(target)
    if decision.unit not in choices:
        known = ", ".join(choices)
        raise InvalidInputError(
            f"{row.header} cannot be in {decision.unit[:30]}; choose one of {known}."
            if known
            else f"{row.header} holds nothing that has a unit; choose its field first."
        )
    return decision.unit


def _is_field(target: str) -> bool:
    if target.startswith(EDGE_PREFIX):
        return target.removeprefix(EDGE_PREFIX) in EDGE_FIELDS
    return target in ASSET_FIELDS
