"""Giving assets the values back that they had before an import."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.staged_assets import (
    SEARCHED,
    before_import,
    search_text,
    with_traces,
)
from discovery_app.services.standing_values import (
    STANDING,
    decided_by_person,
    told_by_newer,
)
from discovery_app.services.tables import ASSETS, SOURCES

_NOT_RESTORED: Final = frozenset(
    {
        "id",
        "engagement_id",
        "client_account_id",
        "search_text",
        "first_session_id",
        "last_session_id",
        "created_at",
        "updated_at",
    }
)


def restore_assets(
    session: Session, scope: Scope, session_id: UUID, chosen: sa.Select
) -> None:
    """Take an import's values back from the assets whose ids ``chosen`` returns.

    What a person set or decided for stays, and so does what a newer import tells.
    Reads the temporary tables of ``services.import_traces``.
    """
    names = [c.name for c in ASSETS.c if c.name not in _NOT_RESTORED]
    before = (
        sa.select(ASSETS.c.id, *(_without_import(name).label(name) for name in names))
        .select_from(
            with_traces(ASSETS).outerjoin(STANDING, STANDING.c.asset_id == ASSETS.c.id)
        )
        .where(ASSETS.c.engagement_id == scope.engagement_id, ASSETS.c.id.in_(chosen))
        .subquery("before_it")
    )
    told_before = (
        sa.select(SOURCES.c.session_id)
        .where(
            SOURCES.c.asset_id == ASSETS.c.id,
            SOURCES.c.engagement_id == ASSETS.c.engagement_id,
            SOURCES.c.session_id != session_id,
        )
        .order_by(SOURCES.c.seen_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    searched = {name: before.c[name] for name in SEARCHED}
    session.execute(
        sa.update(ASSETS)
        .values(
            **{name: before.c[name] for name in names},
            search_text=search_text(searched),
            last_session_id=sa.func.coalesce(told_before, ASSETS.c.first_session_id),
            updated_at=sa.func.now(),
        )
        .where(
            ASSETS.c.id == before.c.id, ASSETS.c.engagement_id == scope.engagement_id
        )
    )


def _without_import(name: str) -> sa.ColumnElement:
    old = ASSETS.c[name]
    stays = sa.or_(decided_by_person(name), told_by_newer(name))
    value = sa.case((stays, old), else_=before_import(name))
    return value if old.nullable else sa.func.coalesce(value, old)
