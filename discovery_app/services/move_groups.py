"""Move groups: assets that move together, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.services.asset_queries import check_page
from discovery_app.services.dependencies import GroupMember
from discovery_app.services.tables import ASSETS, DEPENDENCIES, GROUPS, UPLOADS

MOST_SHARED: Final = 50
MOST_MEMBERS: Final = 500
"""What one drawer lists; the map sums up larger groups. Chosen."""

MEMBERS: Final = GROUPS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == GROUPS.c.asset_id,
        ASSETS.c.engagement_id == GROUPS.c.engagement_id,
    ),
)
"""Each asset that has a move group, with it."""


@dataclass(frozen=True)
class MoveGroupView:
    """A move group.

    Attributes:
        upload: The title of the import that found it; numbers are unique in one.
        first_wave: Its members may move in several waves: from this one
        last_wave: to this one.
        in_cycles: Members that need each other and move at once.
    """

    session_id: UUID
    upload: str
    group_number: int
    first_wave: int
    last_wave: int
    assets: int
    in_cycles: int
    environments: tuple[str, ...]
    applications: tuple[str, ...]


class MoveGroupService:
    """Lists move groups and their members. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self, scope: Scope, *, offset: int = 0, limit: int = PAGE_SIZE
    ) -> tuple[MoveGroupView, ...]:
        """Return move groups by the wave they begin in, the largest first."""
        scope.require(Permission.VIEW)
        check_page(offset, limit)
        group, number = GROUPS.c, sa.func.count()
        first, last = sa.func.min(group.wave), sa.func.max(group.wave)
        rows = self._session.execute(
            sa.select(
                group.session_id,
                UPLOADS.c.title,
                group.group_number,
                first,
                last,
                number,
                number.filter(group.in_cycle),
                distinct_words(ASSETS.c.environment),
                distinct_words(ASSETS.c.application_name),
            )
            .select_from(
                MEMBERS.join(
                    UPLOADS,
                    sa.and_(
                        UPLOADS.c.id == group.session_id,
                        UPLOADS.c.engagement_id == group.engagement_id,
                    ),
                )
            )
            .where(group.engagement_id == scope.engagement_id)
            .group_by(group.session_id, UPLOADS.c.title, group.group_number)
            .order_by(first, number.desc(), group.session_id, group.group_number)
            .offset(offset)
            .limit(limit)
        )
        return tuple(
            MoveGroupView(
                session_id=row[0],
                upload=row[1],
                group_number=row[2],
                first_wave=row[3],
                last_wave=row[4],
                assets=row[5],
                in_cycles=row[6],
                environments=tuple(row[7]),
                applications=tuple(row[8]),
            )
            for row in rows
        )

    def members(
        self,
        scope: Scope,
        session_id: UUID,
        group_number: int,
        limit: int = MOST_MEMBERS,
    ) -> tuple[GroupMember, ...]:
        """Return the assets of one group by wave, then name."""
        scope.require(Permission.VIEW)
        group = GROUPS.c
        rows = self._session.execute(
            sa.select(
                ASSETS.c.id,
                ASSETS.c.asset_name,
                sa.func.coalesce(ASSETS.c.environment, ""),
                group.session_id,
                group.group_number,
                group.wave,
                group.in_cycle,
            )
            .select_from(MEMBERS)
            .where(
                group.engagement_id == scope.engagement_id,
                group.session_id == session_id,
                group.group_number == group_number,
            )
            .order_by(group.wave, ASSETS.c.asset_name)
            .limit(limit)
        )
        return tuple(GroupMember(*row) for row in rows)

    def also_needs(
        self, scope: Scope, session_id: UUID, group_number: int
    ) -> tuple[str, ...]:
        """Return the shared services that a group's assets need, by name.

        They join no groups, so what a group needs beside itself would not be seen.
        """
        scope.require(Permission.VIEW)
        group, edge = GROUPS.c, DEPENDENCIES.c
        rows = self._session.scalars(
            sa.select(edge.destination)
            .join_from(DEPENDENCIES, GROUPS, group.asset_id == edge.source_asset_id)
            .where(
                group.engagement_id == scope.engagement_id,
                group.session_id == session_id,
                group.group_number == group_number,
                edge.engagement_id == scope.engagement_id,
                edge.shared_service,
                ~edge.noise,
            )
            .distinct()
            .order_by(edge.destination)
            .limit(MOST_SHARED)
        )
        return tuple(rows)


def distinct_words(column: sa.ColumnElement[str]) -> sa.ColumnElement[Sequence[str]]:
    """Return the different values of a group, without nothing."""
    found = sa.func.array_agg(column.distinct(), type_=sa.ARRAY(sa.Text()))
    return sa.func.array_remove(found, sa.null(), type_=sa.ARRAY(sa.Text()))
