"""What an import changed, as the page shows it: finished words."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

from discovery_app.domain.import_changes import (
    AssetChange,
    ChangeKind,
    FieldChange,
    place_words,
)
from discovery_app.domain.list_query import ListQuery
from discovery_app.domain.value_words import slug_words, value_words
from discovery_app.domain.words import counted

_KEYS: Final = "key_"
_INNER: Final = frozenset({"type_rule", "type_confidence"})
"""Worked out from other fields; the export has them."""

_LABELS: Final = {
    "in_scope": "In scope",
    "scope_reason": "Why not in scope",
    "type_reason": "Why this type",
}
_KINDS: Final = {kind.value for kind in ChangeKind}


@dataclass(frozen=True)
class ChangeQuery(ListQuery):
    """What the address of the page asks for.

    Attributes:
        kind: A ``ChangeKind``; empty lets all through.
    """

    kind: str = ""

    def cleaned(self) -> Self:
        """Return this without what makes no sense."""
        known = self.kind in _KINDS
        return super().cleaned() if known else replace(super().cleaned(), kind="")

    @property
    def is_filtered(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.q or self.kind)

    @property
    def chosen(self) -> ChangeKind | None:
        """Return the kind asked for, if one is."""
        return ChangeKind(self.kind) if self.kind else None


@dataclass(frozen=True)
class FieldLine:
    """One field that changed."""

    label: str
    before: str
    after: str
    before_from: str


@dataclass(frozen=True)
class ChangeLine:
    """One asset with what the import did to it."""

    asset_id: str
    name: str
    asset_type: str
    kind: str
    changed: tuple[FieldLine, ...]
    place: str
    href: str


@dataclass(frozen=True)
class ChangePage:
    """Everything the page shows of what an import changed.

    Attributes:
        gone_note: What the import is compared with.
        total: Assets of every kind; ``found`` those that the filters leave.
        may_undo: Whether this person may take the import back now.
    """

    workflow_id: str = ""
    engagement_id: str = ""
    title: str = ""
    status: str = ""
    created: str = ""
    updated: str = ""
    unchanged: str = ""
    gone: str = ""
    gone_note: str = ""
    total: str = ""
    found: str = ""
    shown: str = ""
    has_previous: bool = False
    has_next: bool = False
    may_undo: bool = False
    lines: tuple[ChangeLine, ...] = ()


@dataclass(frozen=True)
class UndoWords:
    """What taking an import back would do.

    Attributes:
        nothing: Whether it would do nothing.
    """

    does: tuple[str, ...] = ()
    kept: str = ""
    nothing: bool = False


def change_line(change: AssetChange, engagement_id: str) -> ChangeLine:
    """Return ``change`` in words."""
    inventory = f"/engagements/{engagement_id}/assets?asset={change.asset_id}"
    return ChangeLine(
        asset_id=str(change.asset_id),
        name=change.asset_name or "no name",
        asset_type=slug_words(change.asset_type),
        kind=change.kind.value,
        changed=tuple(
            _field_line(one)
            for one in change.fields
            if not one.field.startswith(_KEYS) and one.field not in _INNER
        ),
        place=place_words(change.file, change.sheet, change.row),
        href=inventory,
    )


def undo_words(
    removed: int, restored: int, kept: int, decisions: int, kept_by: tuple[str, ...]
) -> UndoWords:
    """Return in sentences what taking an import back would do."""
    does = (
        f"{counted(removed, 'asset')} only this import knows will be removed.",
        f"{counted(restored, 'asset')} will get the values from before.",
        "The dependencies that it brought go, too.",
    )
    if decisions:
        does += (f"{counted(decisions, 'decision')} of people go with the assets.",)
    reason = ""
    if kept:
        others = ", ".join(kept_by)
        verb = "stays" if kept == 1 else "stay"
        told = f": {others}" if others else ""
        reason = (
            f"{counted(kept, 'asset')} {verb} as now, because another import told "
            f"about them, too{told}. Take that one back first to undo them."
        )
    return UndoWords(does, reason, nothing=not removed and not restored)


def _field_line(change: FieldChange) -> FieldLine:
    return FieldLine(
        label=_LABELS.get(change.field, change.label),
        before=_words(change.before),
        after=_words(change.after),
        before_from=change.before_from,
    )


def _words(value: Any) -> str:
    return value_words(value) if value not in (None, "", [], {}) else ""
