"""The queue of conflicts, as the page shows it: finished words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from discovery_app.domain.display import Choice
from discovery_app.domain.inventory import ConflictView
from discovery_app.domain.list_query import ListQuery
from discovery_app.domain.words import exact

RULES: Final = {
    "fresher_last_seen": "The row was older than what was known.",
    "newer_import": "The newer import was taken.",
    "person": "A person set it; an import does not change that.",
}
"""Why what is kept is kept, until a person decides."""


@dataclass(frozen=True)
class ConflictQuery(ListQuery):
    """What the address of the page asks for; empty words let all through.

    Attributes:
        source: One of the two sides.
    """

    field: str = ""
    source: str = ""


@dataclass(frozen=True)
class ConflictRow:
    """One conflict; ``kept_at`` and ``offered_at`` say when each side was told."""

    conflict_id: str
    asset: str
    label: str
    kept: str
    kept_source: str
    kept_at: str
    offered: str
    offered_source: str
    offered_at: str
    why: str
    href: str


@dataclass(frozen=True)
class ConflictPage:
    """Everything the page shows of an engagement's open conflicts.

    Attributes:
        number: How many the filters leave.
        sources: Those that are a side of an open conflict, with how many.
    """

    engagement_id: str = ""
    total: str = ""
    found: str = ""
    number: int = 0
    shown: str = ""
    has_previous: bool = False
    has_next: bool = False
    may_decide: bool = False
    lines: tuple[ConflictRow, ...] = ()
    fields: tuple[Choice, ...] = ()
    sources: tuple[Choice, ...] = ()


def conflict_row(view: ConflictView, engagement_id: str) -> ConflictRow:
    """Return ``view`` in words."""
    return ConflictRow(
        conflict_id=str(view.conflict_id),
        asset=view.asset_name or "no name",
        label=view.label,
        kept=view.kept,
        kept_source=view.kept_source or "not known any more",
        kept_at=_told(view.kept_at),
        offered=view.offered,
        offered_source=view.offered_source or "not known any more",
        offered_at=_told(view.offered_at),
        why=RULES.get(view.rule, view.rule.replace("_", " ")),
        href=f"/engagements/{engagement_id}/assets?asset={view.asset_id}",
    )


def _told(moment: datetime | None) -> str:
    return f"told {exact(moment)}" if moment else ""
