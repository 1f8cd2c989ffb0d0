"""Publishing: an import's candidates become the engagement's inventory.

Runs inside the transaction of the last phase, under the engagement's advisory lock,
with a handful of statements however many rows there are. ``services.matching`` says
which candidates are known, ``services.merging`` what they change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.discovery_flow_state import Accounting, InventoryTotals
from discovery_app.errors import PhaseError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services import matching
from discovery_app.services.advice_publishing import AdvicePublishing
from discovery_app.services.earlier_runs import EarlierRun
from discovery_app.services.edge_publishing import EdgePublishing
from discovery_app.services.merging import Merging
from discovery_app.services.publication import (
    PUBLISHED,
    Publication,
    lock_inventory,
    make_published,
)
from discovery_app.services.source_rows import SourceRows
from discovery_app.services.staged_assets import (
    MATCHES,
    SEARCHED,
    StagedAssets,
    search_text,
)
from discovery_app.services.staging import column_types, new_id, stage
from discovery_app.services.standing_values import find_standing, newer_imports
from discovery_app.services.tables import ASSETS

ALWAYS: Final = (
    "asset_name",
    "external_id",
    "asset_type",
    "in_scope",
    "scope_reason",
    "type_rule",
    "type_reason",
    "type_confidence",
    *matching.KEYS,
)
"""Columns of an asset that are staged even where the import says nothing."""

ORIGIN: Final[Mapping[str, sa.types.TypeEngine]] = {
    "record": sa.Integer(),
    "row_number": sa.Integer(),
    "file": sa.Text(),
    "sheet": sa.Text(),
    "source": sa.Text(),
}


LARGE_ROWS: Final = 2_000
"""From so many on the tables are counted anew. Chosen: fewer are quick by any plan."""

_COUNT_ANEW: Final = (
    sa.text("analyze assets"),
    sa.text("analyze asset_sources"),
    sa.text("analyze import_changes"),
)
"""Servers before 17 cannot allow us to, and only warn; then the pages are slow until
they count by themselves."""


@dataclass(frozen=True)
class PublishedCounts:
    """What publishing did.

    Attributes:
        accounting: Every row of the import; it always adds up.
        inventory: Sums over the assets of this import.
        conflicts: How many were opened.
    """

    accounting: Accounting
    inventory: InventoryTotals
    conflicts: int = 0


class Publishing:
    """Publishes one import. It writes; it never commits."""

    def __init__(
        self, session: Session, scope: Scope, publication: Publication
    ) -> None:
        self._session = session
        self._scope = scope
        self._publication = publication
        self._fields = filled_fields(publication.candidates)
        self._earlier = EarlierRun(session, scope, publication.session_id)
        self._again = self._earlier.is_there()
        self._staged = self._stage()
        self._columns = [c.name for c in self._staged.columns if c.name in ASSETS.c]

    def run(self) -> PublishedCounts:
        """Write everything and return what was done.

        Raises:
            PhaseError: The rows do not add up; nothing may be committed then.
        """
        known = self._lock_and_look()
        conflicts = self._merge() if known else self._take_all_as_new()
        self._create()
        self._record_sources(known=known)
        parts = (self._session, self._scope, self._publication)
        AdvicePublishing(*parts).run(replace=known)
        EdgePublishing(*parts).run(replace=known)
        self._count_anew()
        return PublishedCounts(self._accounting(), self._totals(), conflicts)

    def _stage(self) -> sa.Table:
        emptied = self._earlier.filled_fields() if self._again else []
        names = dict.fromkeys((*ALWAYS, *self._fields, *emptied, "custom"))
        return stage(
            self._session,
            "staged_assets",
            {**ORIGIN, **column_types(ASSETS, *names)},
            self._publication.candidates,
        )

    def _lock_and_look(self) -> bool:
        """Wait for other imports of the engagement; return whether it has assets."""
        lock_inventory(self._session, self._scope)
        self._session.execute(sa.text("set local work_mem = '64MB'"))
        make_published(self._session)
        mine = ASSETS.c.engagement_id == self._scope.engagement_id
        return bool(self._session.scalar(sa.select(sa.exists().where(mine))))

    def _take_all_as_new(self) -> int:
        self._publish(
            sa.select(
                self._staged.c.record, new_id(self._session), sa.literal("created")
            )
        )
        return 0

    def _merge(self) -> int:
        session_id = self._publication.session_id
        matching.match(self._session, self._scope, session_id)
        if self._again:
            self._earlier.look()
        else:
            newer = newer_imports(self._session, self._scope, session_id)
            find_standing(self._session, self._scope, newer)
        conflicts = Merging(
            StagedAssets(
                self._session, self._scope, session_id, self._staged, self._again
            )
        ).run()
        changed = sa.table(
            "changed", sa.column("record", sa.Integer()), schema="pg_temp"
        )
        self._publish(
            sa.select(
                MATCHES.c.record,
                MATCHES.c.asset_id,
                sa.case(
                    (changed.c.record.is_(None), sa.literal("unchanged")),
                    else_=sa.literal("updated"),
                ),
            ).join_from(
                MATCHES, changed, changed.c.record == MATCHES.c.record, isouter=True
            )
        )
        known = sa.exists().where(MATCHES.c.record == self._staged.c.record)
        self._publish(
            sa.select(
                self._staged.c.record, new_id(self._session), sa.literal("created")
            ).where(~known)
        )
        if self._again:
            self._earlier.replace()
        return conflicts

    def _publish(self, rows: sa.Select) -> None:
        self._session.execute(
            sa.insert(PUBLISHED).from_select(["record", "asset_id", "change"], rows)
        )

    def _create(self) -> None:
        staged = self._staged.c
        given = {
            name: sa.func.coalesce(staged[name], sa.text("'{}'::jsonb"))
            if name == "custom"
            else staged[name]
            for name in self._columns
        }
        given["asset_name"] = sa.func.coalesce(staged.asset_name, "")
        session_id = sa.literal(self._publication.session_id)
        searched = {name: staged[name] for name in SEARCHED if name in staged}
        columns = {
            "id": PUBLISHED.c.asset_id,
            "engagement_id": sa.literal(self._scope.engagement_id),
            "client_account_id": sa.literal(self._scope.client_account_id),
            "search_text": search_text(searched),
            "first_session_id": session_id,
            "last_session_id": session_id,
            **given,
        }
        self._session.execute(
            sa.insert(ASSETS).from_select(
                list(columns),
                sa.select(*columns.values())
                .join_from(self._staged, PUBLISHED, PUBLISHED.c.record == staged.record)
                .where(PUBLISHED.c.change == "created"),
                include_defaults=False,
            )
        )

    def _count_anew(self) -> None:
        """Let the planner know of a large import at once.

        It would take 300,000 rows for one until the server counts by itself, a minute
        later, and look each of them up in all the others.
        """
        if self._publication.candidates.height >= LARGE_ROWS:
            for statement in _COUNT_ANEW:
                self._session.execute(statement)

    def _record_sources(self, *, known: bool) -> None:
        rows = SourceRows(
            self._session,
            self._scope,
            self._publication.session_id,
            self._staged,
            self._fields,
        )
        if known and self._again:
            rows.replace()
        else:
            rows.record(known=known)

    def _accounting(self) -> Accounting:
        counted = self._session.execute(
            sa.select(PUBLISHED.c.change, sa.func.count()).group_by(PUBLISHED.c.change)
        )
        done: dict[str, int] = dict(counted.all())  # pyright: ignore
        given = self._publication
        if sum(done.values()) != given.candidates.height:
            raise PhaseError(
                f"{given.candidates.height} candidates came in, but "
                f"{sum(done.values())} were published; report this as a defect."
            )
        return Accounting(
            rows_in=given.rows_in,
            created=done.get("created", 0),
            updated=done.get("updated", 0),
            unchanged=done.get("unchanged", 0),
            excluded=given.excluded,
            rejected=given.rejected,
        )

    def _totals(self) -> InventoryTotals:
        """Return the sums over the assets of this import, as they are now."""
        asset = ASSETS.c
        rows = self._session.execute(
            sa.select(
                asset.asset_type,
                asset.power_state,
                sa.func.count(),
                sa.func.coalesce(sa.func.sum(asset.cpu_cores), 0),
                sa.func.coalesce(sa.func.sum(asset.memory_mb), 0),
                sa.func.coalesce(sa.func.sum(asset.storage_provisioned_gb), 0.0),
            )
            .join_from(PUBLISHED, ASSETS, asset.id == PUBLISHED.c.asset_id)
            .where(asset.engagement_id == self._scope.engagement_id)
            .group_by(asset.asset_type, asset.power_state)
        ).all()
        by_type: dict[str, int] = {}
        by_power: dict[str, int] = {}
        for kind, power, number, *_ in rows:
            by_type[kind or "other"] = by_type.get(kind or "other", 0) + number
            word = power or "unknown"
            by_power[word] = by_power.get(word, 0) + number
        return InventoryTotals(
            assets=sum(by_type.values()),
            by_type=by_type,
            by_power_state=by_power,
            cpu_cores=sum(int(row[3]) for row in rows),
            memory_mb=sum(int(row[4]) for row in rows),
            storage_provisioned_gb=round(sum(row[5] for row in rows), 3),
        )


def filled_fields(candidates: pl.DataFrame) -> list[str]:
    """Return the fields of the schema that any candidate fills, in schema order."""
    counts = candidates.null_count().row(0, named=True)
    return [
        name
        for name in ASSET_FIELDS
        if name in counts and counts[name] < candidates.height and name in ASSETS.c
    ]
