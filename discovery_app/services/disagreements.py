"""Where a matched row and its asset disagree, and what waits for a person.

A difference is a conflict where a person has set the value (``person``), where the
older row lost (``fresher_last_seen``), or where two sources disagree
(``newer_import``). Sources are the same if the tool is; of unknown tools, if the file's
name is. Measurements change by nature and are no conflicts.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from discovery_app.domain.asset_edits import EDITABLE, PERSON
from discovery_app.services.staged_assets import (
    KEPT,
    MATCHES,
    TYPE_COLUMNS,
    UNITED,
    StagedAssets,
    as_text,
)
from discovery_app.services.staging import new_id
from discovery_app.services.standing_values import STANDING
from discovery_app.services.tables import CONFLICTS, SOURCES

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


class Disagreements:
    """Opens the conflicts of one import, before its rows are merged."""

    def __init__(self, staged: StagedAssets) -> None:
        self._staged = staged
        self._session = staged.session
        self._scope = staged.scope

    def open(self) -> int:
        """Open a conflict for each; return how many."""
        fields = [
            c
            for c in self._staged.columns
            if c not in NO_CONFLICT and not c.startswith("key_")
        ]
        if not fields:
            return 0
        found = self._disagreements(fields)
        columns = [c.name for c in found.selected_columns]
        self._session.execute(
            sa.text(
                "create temporary table disagreements (asset_id uuid, field text, "
                "kept text, kept_source text, offered text, offered_source text, "
                "rule text) on commit drop"
            )
        )
        target = sa.table("disagreements", *map(sa.column, columns), schema="pg_temp")
        self._session.execute(sa.insert(target).from_select(columns, found))
        same = sa.and_(
            CONFLICTS.c.asset_id == target.c.asset_id,
            CONFLICTS.c.field == target.c.field,
            CONFLICTS.c.engagement_id == self._scope.engagement_id,
            CONFLICTS.c.resolved_at.is_(None),
        )
        self._session.execute(sa.delete(CONFLICTS).where(same))
        self._session.execute(
            sa.insert(CONFLICTS).from_select(
                ["id", "engagement_id", "client_account_id", "session_id", *columns],
                sa.select(
                    new_id(self._session),
                    *self._staged.tenant(),
                    *target.c,
                ),
            )
        )
        opened = sa.select(sa.func.count()).select_from(target)
        return self._session.scalar(opened) or 0

    def _disagreements(self, fields: Sequence[str]) -> sa.Select:
        """Return the differing fields of two sources, with what stays and why."""
        staged = self._staged.table.c
        pairs = (
            sa.values(
                sa.column("field", sa.Text()),
                sa.column("old", sa.Text()),
                sa.column("new", sa.Text()),
                name="pairs",
            )
            .data(
                [
                    (
                        sa.cast(name, sa.Text()),
                        as_text(self._staged.kept(name)),
                        as_text(staged[name]),
                    )
                    for name in fields
                ]
            )
            .lateral()
        )
        said = (
            sa.select(SOURCES.c.source, SOURCES.c.file)
            .where(
                SOURCES.c.asset_id == MATCHES.c.asset_id,
                SOURCES.c.engagement_id == self._scope.engagement_id,
                pairs.c.field == sa.any_(SOURCES.c.fields),
                # Of what its own earlier run said, nothing is kept.
                SOURCES.c.session_id != self._staged.session_id,
            )
            .order_by(SOURCES.c.seen_at.desc())
            .limit(1)
            .lateral("said")
        )
        other_source = sa.or_(
            said.c.source != staged.source,
            sa.and_(said.c.source.in_(UNKNOWN_SOURCES), said.c.file != staged.file),
        )
        person = self._person(pairs.c.field)
        seen_later = self._staged.was_seen_later()
        newer = sa.func.coalesce(pairs.c.field == sa.any_(STANDING.c.newer), sa.false())
        stays = sa.or_(person.is_not(None), seen_later, newer)
        older_words = sa.func.coalesce(person, source_words(said.c.source, said.c.file))
        newer_words = source_words(staged.source, staged.file)
        return (
            sa.select(
                MATCHES.c.asset_id.label("asset_id"),
                pairs.c.field.label("field"),
                sa.case((stays, pairs.c.old), else_=pairs.c.new).label("kept"),
                sa.case((stays, older_words), else_=newer_words).label("kept_source"),
                sa.case((stays, pairs.c.new), else_=pairs.c.old).label("offered"),
                sa.case((stays, newer_words), else_=older_words).label(
                    "offered_source"
                ),
                sa.case(
                    (person.is_not(None), sa.cast(PERSON, sa.Text())),
                    (seen_later, sa.cast("fresher_last_seen", sa.Text())),
                    else_=sa.cast("newer_import", sa.Text()),
                ).label("rule"),
            )
            .select_from(
                self._staged.matched().join(pairs, sa.true()).outerjoin(said, sa.true())
            )
            .where(
                # Most rows say what was known; only of the others each field is asked.
                sa.or_(*(self._staged.kept(name) != staged[name] for name in fields)),
                pairs.c.old != pairs.c.new,
                sa.or_(
                    person.is_not(None),
                    seen_later,
                    sa.func.coalesce(other_source, sa.true()),
                ),
            )
        )

    def _person(self, field: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
        """Return which person set ``field``; null if none did."""
        who = sa.func.jsonb_extract_path_text(STANDING.c.by_person, field)
        return sa.case((field.in_(EDITABLE), who))


def source_words(
    source: sa.ColumnElement[str], file: sa.ColumnElement[str]
) -> sa.ColumnElement[str]:
    """Return what a conflict calls the rows of a tool's file."""
    unnamed = sa.func.coalesce(source, "").in_(UNKNOWN_SOURCES)
    return sa.case(
        (unnamed, sa.func.coalesce(file, "")),
        else_=sa.func.concat(source, ": ", file),
    )
