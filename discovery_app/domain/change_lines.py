"""What an import changed, as the page shows it: finished words."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

from discovery_app.domain.import_changes import (
    AssetChange,
    ChangeKind,
    FieldChange,
    UndoPreview,
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


def undo_words(seen: UndoPreview) -> UndoWords:
    """Return in sentences what taking an import back would do."""
    does = (
        f"{counted(seen.removed, 'asset')} only this import knows will be removed.",
        f"{counted(seen.restored, 'asset')} will get the values from before.",
        "The dependencies that it brought go, too.",
    )
    if seen.decisions:
        does += (
            f"What people set or decided on {counted(seen.decisions, 'asset')} of "
            "those goes with them.",
        )
    kept = _kept(seen)
    if kept:
        kept += " Take that one back first to undo them."
    return UndoWords(
        does,
        _sentences(_held(seen), kept),
        nothing=not seen.removed and not seen.restored,
    )


def replaced_words(seen: UndoPreview) -> UndoWords:
    """Return in sentences what a new run of an import makes of what it published."""
    if not (seen.removed or seen.restored or seen.kept):
        return UndoWords(
            ("Nothing in the inventory comes from this import yet.",), nothing=True
        )
    does: tuple[str, ...] = ()
    own, by_hand = seen.removed - seen.decisions, seen.decisions
    if own:
        does += (
            f"{counted(own, 'asset')} only this import knows: those that the new run "
            "does not make again are removed.",
        )
    if seen.restored:
        does += (
            f"{counted(seen.restored, 'asset')} of other imports: what the new run "
            "does not say again gets the value from before.",
        )
    touched = ""
    if by_hand:
        verb = "stays" if by_hand == 1 else "stay"
        touched = (
            f"{counted(by_hand, 'asset')} on which people set or decided something "
            f"{verb}, even where the new run does not make them again."
        )
    return UndoWords(does, _sentences(touched, _held(seen), _kept(seen)))


def _kept(seen: UndoPreview) -> str:
    if not seen.kept:
        return ""
    verb = "stays" if seen.kept == 1 else "stay"
    told = f": {', '.join(seen.kept_by)}" if seen.kept_by else ""
    return (
        f"{counted(seen.kept, 'asset')} {verb} as now, because another import told "
        f"about them, too{told}."
    )


def _held(seen: UndoPreview) -> str:
    if not seen.held:
        return ""
    fields = ", ".join(f"{one.word} ({one.count:,})" for one in seen.held)
    return f"Values that people set or decided for stay: {fields}."


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _field_line(change: FieldChange) -> FieldLine:
    return FieldLine(
        label=_LABELS.get(change.field, change.label),
        before=_words(change.before),
        after=_words(change.after),
        before_from=change.before_from,
    )


def _words(value: Any) -> str:
    return value_words(value) if value not in (None, "", [], {}) else ""
