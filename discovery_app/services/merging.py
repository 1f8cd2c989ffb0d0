"""What a matched row changes on its asset: one rule, field by field.

The newer import decides, unless the inventory was seen later: where the asset's
``last_seen`` is later than the row's, the asset's values stay. Newer is what was
uploaded later, so an old import that runs again changes nothing that a newer one told.
Besides:

- What a person set stays until a person decides otherwise.
- An import that runs again replaces what its earlier run said: on assets that nobody
  else tells of all of it, on others the fields that it alone had told. They get back
  the value from before.
- An empty field never erases a value; gaps are filled whoever is fresher.
- ``external_id`` stays: each source numbers its own records. Another source's number
  is no contradiction.
- ``last_seen`` becomes the later, ``first_seen`` the earlier of the two; tags and
  custom columns are united.
- Type and scope follow the row unless its type was less sure, or our own export says
  again what we said, or the row tells the same from a coarser system.
- A coarser value never replaces a finer one of the same thing: ``windows`` does not
  take ``Windows Server 2016`` away (``knowledge.finer_values``).
- A value that a person decided against in a conflict is not offered again.

``services.disagreements`` says which differences wait for a person.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from discovery_app.domain.asset_edits import EDITABLE
from discovery_app.knowledge.finer_values import GRADED_FIELDS, is_coarser
from discovery_app.knowledge.own_exports import OWN_EXPORT
from discovery_app.services.disagreements import Disagreements
from discovery_app.services.staged_assets import (
    KEPT,
    MATCHES,
    SEARCHED,
    TYPE_COLUMNS,
    UNITED,
    StagedAssets,
    Values,
    as_text,
    search_text,
)
from discovery_app.services.staging import new_id
from discovery_app.services.standing_values import set_by_person
from discovery_app.services.tables import ASSETS, CHANGES, CONFLICTS


class Merging:
    """Merges the matched rows of one import into their assets.

    Reads the temporary tables ``staged_assets`` and ``matches``.
    """

    def __init__(self, staged: StagedAssets) -> None:
        self._staged = staged
        self._session = staged.session
        self._scope = staged.scope
        self._changed = _changed_table(staged)

    def run(self) -> int:
        """Update the assets that differ; return how many conflicts were opened."""
        self._withdraw_refused()
        self._withdraw_coarser()
        self._find_changed()
        opened = Disagreements(self._staged).open()
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
        for field in set(fields) & set(self._staged.columns):
            staged = self._staged.table.c
            self._session.execute(
                sa.update(self._staged.table)
                .values({field: None})
                .where(
                    staged.record == MATCHES.c.record,
                    conflict.asset_id == MATCHES.c.asset_id,
                    refused,
                    conflict.field == field,
                    conflict.offered == as_text(staged[field]),
                )
            )

    def _withdraw_coarser(self) -> None:
        """Empty the staged values that say less than the asset's own.

        What differs is judged once a pair: an estate has few different systems.
        """
        for field in GRADED_FIELDS:
            if field not in self._staged.columns:
                continue
            staged, kept = self._staged.table.c[field], ASSETS.c[field]
            pairs = self._session.execute(
                sa.select(staged, kept)
                .select_from(self._staged.matched())
                .where(staged != kept, ~self._staged.is_own())
                .distinct()
            )
            coarser = [(new, old) for new, old in pairs if is_coarser(field, new, old)]
            if coarser:
                self._withdraw(field, coarser)

    def _withdraw(self, field: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Empty ``field`` where it and the asset's own are one of ``pairs``."""
        table = self._staged.table
        listed = (
            sa.values(sa.column("new", sa.Text()), sa.column("old", sa.Text()))
            .data(list(pairs))
            .alias("coarser")
        )
        self._session.execute(
            sa.update(table)
            .values({field: None})
            .where(
                table.c.record == MATCHES.c.record,
                ASSETS.c.id == MATCHES.c.asset_id,
                ASSETS.c.engagement_id == self._scope.engagement_id,
                table.c[field] == listed.c.new,
                ASSETS.c[field] == listed.c.old,
            )
        )

    def _find_changed(self) -> None:
        """Leave the temporary table ``changed``: the values before, and those after."""
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
        self._changed.create(self._session.connection(), checkfirst=False)
        self._session.execute(
            sa.insert(self._changed).from_select(
                ["record", "asset_id", "before", *merged],
                sa.select(
                    MATCHES.c.record, MATCHES.c.asset_id, before, *merged.values()
                )
                .select_from(self._staged.matched())
                .where(sa.or_(*differs.values())),
            )
        )

    def _merged(self) -> Values:
        """Return what each staged column will be on the asset."""
        return {name: self._merged_value(name) for name in self._staged.columns}

    def _merged_value(self, name: str) -> sa.ColumnElement:
        """Return what a column will be; a column that must say something does."""
        told = self._told_value(name)
        if name in EDITABLE:
            return sa.case((set_by_person(name), ASSETS.c[name]), else_=told)
        if ASSETS.c[name].nullable:
            return told
        empty = sa.literal({}, JSONB()) if name in UNITED else ASSETS.c[name]
        return sa.func.coalesce(told, empty)

    def _told_value(self, name: str) -> sa.ColumnElement:
        old, new = self._staged.kept(name), self._staged.table.c[name]
        fresher = self._staged.kept_is_fresher(name)
        if name == "last_seen":
            return sa.func.greatest(old, new)
        if name == "first_seen":
            return sa.func.least(old, new)
        if name in KEPT:
            return sa.func.coalesce(old, new)
        if name in UNITED:
            return _united(old, new, fresher)
        if name in TYPE_COLUMNS:
            staged, kept = self._staged.table.c, self._staged.kept
            less_sure = staged.type_confidence < kept("type_confidence")
            is_echo = sa.and_(
                staged.asset_type == kept("asset_type"),
                sa.or_(staged.source == OWN_EXPORT, self._has_coarser_reason()),
            )
            return sa.case((sa.or_(fresher, less_sure, is_echo), old), else_=new)
        return sa.case(
            (fresher, sa.func.coalesce(old, new)), else_=sa.func.coalesce(new, old)
        )

    def _has_coarser_reason(self) -> sa.ColumnElement[bool]:
        """Return whether a row's type follows from a system that was withdrawn."""
        staged, kept = self._staged.table.c, self._staged.kept
        if "operating_system" not in self._staged.columns:
            return sa.false()
        return sa.and_(
            staged.type_rule == kept("type_rule"),
            staged.operating_system.is_(None),
            kept("operating_system").is_not(None),
        )

    def _record_changes(self) -> None:
        """Keep the values before; of a second run of the import, the first ones."""
        changed = self._changed.c
        mine = sa.and_(
            CHANGES.c.engagement_id == self._scope.engagement_id,
            CHANGES.c.session_id == self._staged.session_id,
            CHANGES.c.asset_id == changed.asset_id,
        )
        self._session.execute(
            sa.update(CHANGES)
            .values(before=changed.before.op("||")(CHANGES.c.before))
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
                    *self._staged.tenant(),
                    changed.asset_id,
                    sa.cast("updated", sa.Text()),
                    changed.before,
                )
                .join_from(
                    self._changed,
                    ASSETS,
                    sa.and_(
                        ASSETS.c.id == changed.asset_id,
                        ASSETS.c.engagement_id == self._scope.engagement_id,
                        ASSETS.c.first_session_id != self._staged.session_id,
                    ),
                )
                .where(~sa.exists().where(mine)),
            )
        )

    def _update(self) -> None:
        changed = self._changed.c
        merged = {name: changed[name] for name in self._staged.columns}
        after = {name: merged.get(name, ASSETS.c[name]) for name in SEARCHED}
        self._session.execute(
            sa.update(ASSETS)
            .values(
                **merged,
                search_text=search_text(after),
                last_session_id=self._staged.session_id,
                updated_at=sa.func.now(),
            )
            .where(
                ASSETS.c.id == changed.asset_id,
                ASSETS.c.engagement_id == self._scope.engagement_id,
            )
        )


def _changed_table(staged: StagedAssets) -> sa.Table:
    """Return the temporary table ``changed``, which is not made yet."""
    return sa.Table(
        "changed",
        sa.MetaData(),
        sa.Column("record", sa.Integer()),
        sa.Column("asset_id", sa.Uuid()),
        sa.Column("before", JSONB()),
        *(sa.Column(name, ASSETS.c[name].type) for name in staged.columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def _united(
    old: sa.ColumnElement, new: sa.ColumnElement, fresher: sa.ColumnElement[bool]
) -> sa.ColumnElement:
    """Return a map with the keys of both; of a key in both the newer one's value."""
    empty = sa.literal({}, JSONB())
    older, newer = sa.func.coalesce(old, empty), sa.func.coalesce(new, empty)
    both = sa.case((fresher, newer.op("||")(older)), else_=older.op("||")(newer))
    return sa.case((new.is_(None), old), else_=both)


def _united_objects(parts: Sequence[sa.ColumnElement]) -> sa.ColumnElement:
    """Return the JSON objects as one."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||", return_type=JSONB())(part)
    return whole
