"""What there is to say of the assets that an import changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.import_changes import FieldChange, place_words
from discovery_app.knowledge.fields import ASSET_FIELDS, target_label
from discovery_app.services.staged_assets import UNITED
from discovery_app.services.tables import ASSETS, CHANGES, SOURCES, UPLOADS

_ORDER: Final = {name: place for place, name in enumerate(ASSET_FIELDS)}


class ChangeDetails:
    """The places and changed fields of the assets of one page."""

    def __init__(
        self, session: Session, scope: Scope, session_id: UUID, ids: Sequence[UUID]
    ) -> None:
        self._session = session
        self._scope = scope
        self._session_id = session_id
        self._ids = ids
        self._sources = self._read_sources()
        self._changes = self._read_changes()
        self._now = self._read_now()

    def place(self, asset_id: UUID) -> dict[str, Any]:
        """Return the row that told about the asset: this import's, or the newest."""
        told = self._sources[asset_id]
        mine = [one for one in told if one.session_id == self._session_id]
        for one in mine or told:
            return {"file": one.file, "sheet": one.sheet, "row": one.row}
        return {"file": "", "sheet": "", "row": None}

    def fields(self, asset_id: UUID) -> tuple[FieldChange, ...]:
        """Return what the import changed on the asset."""
        changes = self._changes[asset_id]
        own = [one for one in changes if one.session_id == self._session_id]
        if not own:
            return ()
        later = changes[changes.index(own[0]) + 1 :]
        now = self._now.get(asset_id, {})
        found: list[FieldChange] = []
        for name, value in sorted(own[0].before.items(), key=_place):
            after = _after(name, later, now)
            told = self._told_before(asset_id, name)
            found += [
                FieldChange(name, label, old, new, told)
                for label, old, new in _parts(name, value, after)
            ]
        return tuple(found)

    def _told_before(self, asset_id: UUID, field: str) -> str:
        told = self._sources[asset_id]
        mine = [one for one in told if one.session_id == self._session_id]
        for one in told:
            earlier = mine and one.seen_at < mine[0].seen_at
            if earlier and field in one.fields:
                return place_words(one.file, one.sheet, one.row)
        return ""

    def _read_sources(self) -> Mapping[UUID, list[sa.Row]]:
        source = SOURCES.c
        rows = self._session.execute(
            sa.select(SOURCES)
            .where(
                source.asset_id.in_(self._ids),
                source.engagement_id == self._scope.engagement_id,
            )
            .order_by(source.seen_at.desc(), source.row)
        )
        return _by_asset(rows.all())

    def _read_changes(self) -> Mapping[UUID, list[sa.Row]]:
        """Return the changes of every import, in the order the imports began."""
        change = CHANGES.c
        rows = self._session.execute(
            sa.select(CHANGES)
            .join(UPLOADS, UPLOADS.c.id == change.session_id)
            .where(
                change.asset_id.in_(self._ids),
                change.engagement_id == self._scope.engagement_id,
                UPLOADS.c.engagement_id == self._scope.engagement_id,
            )
            .order_by(UPLOADS.c.created_at)
        )
        return _by_asset(rows.all())

    def _read_now(self) -> dict[UUID, dict[str, Any]]:
        whole = sa.func.to_jsonb(sa.literal_column("assets"))
        rows = self._session.execute(
            sa.select(ASSETS.c.id, whole).where(
                ASSETS.c.id.in_(self._ids),
                ASSETS.c.engagement_id == self._scope.engagement_id,
            )
        )
        return dict(rows.all())


def _by_asset(rows: Sequence[sa.Row]) -> Mapping[UUID, list[sa.Row]]:
    found: defaultdict[UUID, list[sa.Row]] = defaultdict(list)
    for row in rows:
        found[row.asset_id].append(row)
    return found


def _after(field: str, later: Sequence[sa.Row], now: Mapping[str, Any]) -> Any:
    """Return the value before the next import that changed it, else that of today."""
    for one in later:
        if field in one.before:
            return one.before[field]
    return now.get(field)


def _parts(field: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Return label, old and new value; of a map each of its keys that differs."""
    if field not in UNITED:
        yield target_label(field), before, after
        return
    old, new = before or {}, after or {}
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            label = f"{target_label(field)} {key}" if field in ASSET_FIELDS else key
            yield label, old.get(key), new.get(key)


def _place(pair: tuple[str, Any]) -> tuple[int, str]:
    return _ORDER.get(pair[0], len(_ORDER)), pair[0]
