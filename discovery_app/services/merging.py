"""What a matched row changes on its asset: one rule, field by field.

The newer import decides, unless the inventory was seen later: where the asset's
``last_seen`` is later than the row's, the asset's values stay. Besides:

- An empty field never erases a value; gaps are filled whoever is fresher.
- ``external_id`` stays: each source numbers its own records. Another source's number
  is no contradiction.
- ``last_seen`` becomes the later, ``first_seen`` the earlier of the two; tags and
  custom columns are united.
- Type and scope follow the row unless its type was less sure.
- A value that a person decided against in a conflict is not offered again.

A difference is a conflict that waits for a person where the older row lost
(``fresher_last_seen``), or where two sources disagree (``newer_import``). Sources are
the same if the tool is; of unknown tools, if the file's name is. Measurements change
by nature and are no conflicts.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.staging import new_id
from discovery_app.services.tables import ASSETS, CHANGES, CONFLICTS, SOURCES

TYPE_COLUMNS: Final = (
    "asset_type",
    "type_rule",
    "type_reason",
    "type_confidence",
    "in_scope",
    "scope_reason",
)
"""They belong together: a type with its reasons, and the scope that follows from it."""

UNITED: Final = ("custom", "tags")
KEPT: Final = ("external_id", "key_external_id")

NO_CONFLICT: Final = frozenset(
    {
        *TYPE_COLUMNS,
        *UNITED,
        *KEPT,
        "asset_name",
        "hostname",
        "last_seen",
        "first_seen",
        "description",
        "power_state",
        "storage_used_gb",
        "cpu_util_avg_pct",
        "cpu_util_peak_pct",
        "mem_util_avg_pct",
        "mem_util_peak_pct",
        "disk_read_iops",
        "disk_write_iops",
        "disk_read_mbps",
        "disk_write_mbps",
        "net_in_mbps",
        "net_out_mbps",
        "monthly_cost",
    }
)
"""Measurements and names each tool has its own of: no disagreement to decide."""

UNKNOWN_SOURCES: Final = ("", "unknown", "handmade")

SEARCHED: Final = (
    "asset_name",
    "hostname",
    "fqdn",
    "external_id",
    "serial_number",
    "ip_address",
    "application_name",
    "operating_system",
    "location",
    "business_owner",
)
"""What the text search of the inventory looks in."""

Values = Mapping[str, sa.ColumnElement]

_CHANGED: Final = sa.table(
    "changed",
    sa.column("record", sa.Integer()),
    sa.column("asset_id", sa.Uuid()),
    sa.column("before", JSONB()),
    schema="pg_temp",
)
MATCHES: Final = sa.table(
    "matches",
    sa.column("record", sa.Integer()),
    sa.column("asset_id", sa.Uuid()),
    schema="pg_temp",
)


class Merging:
    """Merges the matched rows of one import into their assets.

    Reads the temporary tables ``staged_assets`` and ``matches``.
    """

    def __init__(
        self,
        session: Session,
        scope: Scope,
        session_id: UUID,
        staged: sa.Table,
    ) -> None:
        self._session = session
        self._scope = scope
        self._session_id = session_id
        self._staged = staged
        self._columns = [c.name for c in staged.columns if c.name in ASSETS.c]

    def run(self) -> int:
        """Update the assets that differ; return how many conflicts were opened."""
        self._withdraw_refused()
        self._find_changed()
        opened = self._open_conflicts()
        self._record_changes()
        self._update()
        return opened

    def _withdraw_refused(self) -> None:
        """Empty the staged values that a person decided against before."""
        conflict = CONFLICTS.c
        refused = sa.and_(
            conflict.engagement_id == self._scope.engagement_id,
            conflict.resolved_at.is_not(None),
        )
        fields = self._session.scalars(
            sa.select(conflict.field).where(refused).distinct()
        ).all()
        for field in set(fields) & set(self._columns):
            staged = self._staged.c
            self._session.execute(
                sa.update(self._staged)
                .values({field: None})
                .where(
                    staged.record == MATCHES.c.record,
                    conflict.asset_id == MATCHES.c.asset_id,
                    refused,
                    conflict.field == field,
                    conflict.offered == as_text(staged[field]),
                )
            )

    def _find_changed(self) -> None:
        """Leave the temporary table ``changed`` with the values before."""
        merged = self._merged()
        differs = {
            name: value.is_distinct_from(ASSETS.c[name])
            for name, value in merged.items()
        }
        before = _united_objects(
            [
                sa.case(
                    (
                        differs[name],
                        sa.func.jsonb_build_object(
                            sa.cast(name, sa.Text()), ASSETS.c[name]
                        ),
                    ),
                    else_=sa.literal({}, JSONB()),
                )
                for name in merged
            ]
        )
        self._session.execute(
            sa.text(
                "create temporary table changed (record integer, asset_id uuid, "
                "before jsonb) on commit drop"
            )
        )
        self._session.execute(
            sa.insert(_CHANGED).from_select(
                ["record", "asset_id", "before"],
                sa.select(MATCHES.c.record, MATCHES.c.asset_id, before)
                .select_from(self._matched())
                .where(sa.or_(*differs.values())),
            )
        )

    def _merged(self) -> Values:
        """Return what each staged column will be on the asset."""
        fresher = self._kept_is_fresher()
        return {name: self._merged_value(name, fresher) for name in self._columns}

    def _merged_value(
        self, name: str, fresher: sa.ColumnElement[bool]
    ) -> sa.ColumnElement:
        old, new = ASSETS.c[name], self._staged.c[name]
        if name == "last_seen":
            return sa.func.greatest(old, new)
        if name == "first_seen":
            return sa.func.least(old, new)
        if name in KEPT:
            return sa.func.coalesce(old, new)
        if name in UNITED:
            empty = sa.literal({}, JSONB())
            older, newer = sa.func.coalesce(old, empty), sa.func.coalesce(new, empty)
            both = sa.case(
                (fresher, newer.op("||")(older)), else_=older.op("||")(newer)
            )
            return sa.case((new.is_(None), old), else_=both)
        if name in TYPE_COLUMNS:
            less_sure = self._staged.c.type_confidence < ASSETS.c.type_confidence
            return sa.case((sa.or_(fresher, less_sure), old), else_=new)
        return sa.case(
            (fresher, sa.func.coalesce(old, new)), else_=sa.func.coalesce(new, old)
        )

    def _kept_is_fresher(self) -> sa.ColumnElement[bool]:
        if "last_seen" not in self._staged.c:
            return sa.false()
        later = ASSETS.c.last_seen > self._staged.c.last_seen
        return sa.func.coalesce(later, sa.false())

    def _matched(self) -> sa.FromClause:
        staged = self._staged
        return staged.join(MATCHES, MATCHES.c.record == staged.c.record).join(
            ASSETS,
            sa.and_(
                ASSETS.c.id == MATCHES.c.asset_id,
                ASSETS.c.engagement_id == self._scope.engagement_id,
            ),
        )

    def _record_changes(self) -> None:
        """Keep the values before; of a second run of the import, the first ones."""
        mine = sa.and_(
            CHANGES.c.engagement_id == self._scope.engagement_id,
            CHANGES.c.session_id == self._session_id,
            CHANGES.c.asset_id == _CHANGED.c.asset_id,
        )
        self._session.execute(
            sa.update(CHANGES)
            .values(before=_CHANGED.c.before.op("||")(CHANGES.c.before))
            .where(mine)
        )
        self._session.execute(
            sa.insert(CHANGES).from_select(
                [
                    "id",
                    "engagement_id",
                    "client_account_id",
                    "session_id",
                    "asset_id",
                    "change",
                    "before",
                ],
                sa.select(
                    new_id(self._session),
                    *self._tenant(),
                    _CHANGED.c.asset_id,
                    sa.cast("updated", sa.Text()),
                    _CHANGED.c.before,
                )
                .join_from(
                    _CHANGED,
                    ASSETS,
                    sa.and_(
                        ASSETS.c.id == _CHANGED.c.asset_id,
                        ASSETS.c.engagement_id == self._scope.engagement_id,
                        ASSETS.c.first_session_id != self._session_id,
                    ),
                )
                .where(~sa.exists().where(mine)),
            )
        )

    def _update(self) -> None:
        merged = self._merged()
        after = {name: merged.get(name, ASSETS.c[name]) for name in SEARCHED}
        self._session.execute(
            sa.update(ASSETS)
            .values(
                **merged,
                search_text=search_text(after),
                last_session_id=self._session_id,
                updated_at=sa.func.now(),
            )
            .where(
                self._staged.c.record == _CHANGED.c.record,
                ASSETS.c.id == _CHANGED.c.asset_id,
                ASSETS.c.engagement_id == self._scope.engagement_id,
            )
        )

    def _tenant(self) -> tuple[sa.ColumnElement, ...]:
        return (
            sa.literal(self._scope.engagement_id),
            sa.literal(self._scope.client_account_id),
            sa.literal(self._session_id),
        )


def as_text(column: sa.ColumnElement) -> sa.ColumnElement[str]:
    """Return a value as people read it: lists joined by ``;``."""
    if isinstance(column.type, ARRAY):
        return sa.func.array_to_string(column, ";")
    return sa.cast(column, sa.Text())


def search_text(values: Values) -> sa.ColumnElement[str]:
    """Return the lower-case text that the search looks in."""
    return sa.func.lower(
        sa.func.concat_ws(" ", *(as_text(value) for value in values.values()))
    )


def _source_words(
    source: sa.ColumnElement[str], file: sa.ColumnElement[str]
) -> sa.ColumnElement[str]:
    unnamed = sa.func.coalesce(source, "").in_(UNKNOWN_SOURCES)
    return sa.case(
        (unnamed, sa.func.coalesce(file, "")),
        else_=sa.func.concat(source, ": ", file),
    )


def _united_objects(parts: Sequence[sa.ColumnElement]) -> sa.ColumnElement:
    """Return the JSON objects as one."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||", return_type=JSONB())(part)
    return whole
