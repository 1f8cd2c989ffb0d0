"""Sums over an engagement's whole inventory."""

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import MISSING, InventorySummary, WordCount
from discovery_app.services.tables import (
    APPLICATIONS,
    ASSETS,
    CONFLICTS,
    DEPENDENCIES,
    WORKFLOWS,
)


class SummaryService:
    """Sums up an engagement's inventory. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def summary(self, scope: Scope) -> InventorySummary:
        """Return the sums over all assets, and the last import's data quality."""
        scope.require(Permission.VIEW)
        asset, number = ASSETS.c, sa.func.count()
        mine = asset.engagement_id == scope.engagement_id
        sums = self._session.execute(
            sa.select(
                number.label("assets"),
                number.filter(asset.in_scope).label("in_scope"),
                sa.func.coalesce(sa.func.sum(asset.cpu_cores), 0).label("cores"),
                sa.func.coalesce(sa.func.sum(asset.memory_mb), 0).label("memory"),
                sa.func.coalesce(sa.func.sum(asset.storage_provisioned_gb), 0.0).label(
                    "storage"
                ),
            ).where(mine)
        ).one()
        return InventorySummary(
            assets=sums.assets,
            in_scope=sums.in_scope,
            applications=self._count(scope, APPLICATIONS),
            dependencies=self._count(scope, DEPENDENCIES, ~DEPENDENCIES.c.noise),
            open_conflicts=self._count(
                scope, CONFLICTS, CONFLICTS.c.resolved_at.is_(None)
            ),
            by_type=self._words(asset.asset_type, mine),
            by_environment=self._words(asset.environment, mine),
            by_power_state=self._words(asset.power_state, mine),
            out_of_scope=self._words(
                asset.scope_reason, sa.and_(mine, ~asset.in_scope)
            ),
            cpu_cores=int(sums.cores),
            memory_mb=int(sums.memory),
            storage_provisioned_gb=round(sums.storage, 3),
            quality_fraction=self._quality(scope),
        )

    def _count(
        self, scope: Scope, table: sa.Table, *where: sa.ColumnElement[bool]
    ) -> int:
        counted = (
            sa.select(sa.func.count())
            .select_from(table)
            .where(table.c.engagement_id == scope.engagement_id, *where)
        )
        return self._session.scalar(counted) or 0

    def _words(
        self, column: sa.ColumnElement[str], where: sa.ColumnElement[bool]
    ) -> tuple[WordCount, ...]:
        number = sa.func.count()
        rows = self._session.execute(
            sa.select(column, number)
            .where(where)
            .group_by(column)
            .order_by(number.desc(), column)
        )
        return tuple(WordCount(word or MISSING, count) for word, count in rows)

    def _quality(self, scope: Scope) -> float | None:
        """Return the score that the newest cleansed import got, 0.0–1.0."""
        score = WORKFLOWS.c.state_data["data_cleansing"]["quality"]["score"]
        return self._session.scalar(
            sa.select(score.as_float())
            .where(
                WORKFLOWS.c.engagement_id == scope.engagement_id,
                score.as_string().is_not(None),
            )
            .order_by(WORKFLOWS.c.created_at.desc())
            .limit(1)
        )
