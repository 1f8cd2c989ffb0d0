"""The columns that the inventory can show."""

from functools import cache
from typing import Final

from discovery_app.domain.asset_page import AssetCell, AssetColumn
from discovery_app.domain.inventory import AssetLine
from discovery_app.domain.value_words import NOTHING, slug_words, value_words
from discovery_app.knowledge.fields import ASSET_FIELDS, AssetField

NUMBERS: Final = frozenset({"int", "float", "money"})
_ADVICE: Final = "Advice"
_WIDTHS: Final = {
    "asset_type": 136,
    "environment": 120,
    "operating_system": 216,
    "cpu_cores": 104,
    "memory_mb": 120,
}
"""In pixels, where the title or the usual value asks for another than ``_width``."""

_LETTER, _ROOM = 8, 40
"""Pixels of a letter of a title, and of what stands around it; measured roughly."""


@cache
def columns() -> dict[str, AssetColumn]:
    """Return every column but the name by its key: advice first, then by group."""
    judged = (
        AssetColumn("treatment", "Advice", "136px", group=_ADVICE),
        AssetColumn("support_state", "Support", "152px", "support", group=_ADVICE),
        AssetColumn("in_scope", "In scope", "104px", group=_ADVICE),
        AssetColumn("scope_reason", "Scope reason", group=_ADVICE),
    )
    groups = list(dict.fromkeys(field.group for field in ASSET_FIELDS.values()))
    fields = sorted(ASSET_FIELDS.values(), key=lambda one: groups.index(one.group))
    told = (_column(field) for field in fields if field.name != "asset_name")
    return {one.key: one for one in (*judged, *told)}


def cell_of(line: AssetLine, key: str) -> AssetCell:
    """Return the finished cell of one column."""
    kind = columns()[key].kind
    match key:
        case "treatment":
            note = "Decided by a person" if line.overridden else ""
            words = slug_words(line.treatment) if line.treatment else NOTHING
            return AssetCell(kind, words, note)
        case "support_state":
            return AssetCell(kind, line.support_state)
        case "in_scope":
            return AssetCell(kind, value_words(line.in_scope), line.scope_reason)
        case "scope_reason":
            return AssetCell(kind, line.scope_reason or NOTHING)
        case _:
            is_word = ASSET_FIELDS[key].type == "enum"
            return AssetCell(kind, value_words(line.cells[key], is_word=is_word))


def _column(field: AssetField) -> AssetColumn:
    kind = "number" if field.type in NUMBERS else "text"
    width = _WIDTHS.get(field.name) or _width(field.label, kind)
    return AssetColumn(field.name, field.label, f"{width}px", kind, group=field.group)


def _width(title: str, kind: str) -> int:
    """Return the pixels that a title needs, and a usual value."""
    return max(len(title) * _LETTER + _ROOM, 104 if kind == "number" else 168)
