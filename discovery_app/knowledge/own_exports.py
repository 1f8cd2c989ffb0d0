"""The inventory's own export of assets, when it is imported again."""

from types import MappingProxyType
from typing import Final

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.headers import normalise_header, words_of
from discovery_app.knowledge.source_presets import Meaning, Preset
from discovery_app.knowledge.source_rules import SourceRule, TableRole, TableRule

OWN_EXPORT: Final = "inventory_export"
"""Slug of the source; its rows say by ``ASSET_ID`` which asset they are."""

ASSET_ID: Final = "asset_id"

_FEWEST_FIELDS: Final = 5
"""Fields under their own names that make a table an export of ours; chosen."""

_WORKED_OUT: Final = frozenset({"in_scope", "scope_reason", "custom"})
_PARTS: Final = ("custom.", "tags.")
"""Beginnings of the columns that JSON makes of an object."""

RULES: Final = (
    SourceRule(
        source=OWN_EXPORT,
        title="Export of this inventory",
        tables=(
            TableRule(
                role=TableRole.ASSETS,
                reason="Export of this inventory: one row an asset.",
                needs=words_of("assetid assetname assettype"),
                any_of=words_of("sixrsource memutilavgpct"),
            ),
        ),
        typical=frozenset(normalise_header(name) for name in ASSET_FIELDS),
    ),
)

PRESETS: Final = MappingProxyType(
    {
        OWN_EXPORT: Preset(
            source=OWN_EXPORT,
            meanings={normalise_header(name): Meaning(name) for name in ASSET_FIELDS},
        )
    }
)


def is_own_export(headers: tuple[str, ...]) -> bool:
    """Return whether a table has the headers of our own export of assets."""
    fields = sum(1 for header in headers if header in ASSET_FIELDS)
    return {ASSET_ID, "asset_name"} <= set(headers) and fields >= _FEWEST_FIELDS


def is_worked_out(header: str) -> bool:
    """Return whether a column of our own export is no value of the source's."""
    return header in _WORKED_OUT or header.startswith(_PARTS)
