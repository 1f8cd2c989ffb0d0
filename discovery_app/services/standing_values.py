"""Values of the inventory that an import does not go over without a person.

Three kinds stand: what a person set on an asset, what a person decided for in a
conflict, and what a newer import tells. The newer of two imports is the one whose
files were uploaded later: running an old one again makes it no newer.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.asset_edits import EDITABLE, PERSON
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.tables import UPLOADS

STANDING: Final = sa.table(
    "standing",
    sa.column("asset_id", sa.Uuid()),
    sa.column("by_person", JSONB()),
    sa.column("decided", JSONB()),
    sa.column("newer", sa.ARRAY(sa.Text())),
    schema="pg_temp",
)
"""By asset: who set which field (``{"location": "person: Maya"}``), which side a
person decided for in which field, and the fields that newer imports told."""

# A decision stands as long as the asset says what was decided for.
_STANDING = sa.text(
    """
    create temporary table standing on commit drop as
    with decided as (
        select k.asset_id,
            jsonb_object_agg(k.field, k.kept_source)
                filter (where k.kept_source like :person) as by_person,
            jsonb_object_agg(k.field, k.kept_source) as decided
        from conflicts k
        join assets a on a.id = k.asset_id and a.engagement_id = k.engagement_id
        cross join lateral (select to_jsonb(a) -> k.field as value) now
        where k.engagement_id = :engagement_id and k.resolved_at is not null
        and k.kept = case jsonb_typeof(now.value)
            when 'array' then (
                select string_agg(part, ';' order by place)
                from jsonb_array_elements_text(now.value)
                    with ordinality as parts (part, place))
            else now.value #>> '{}' end
        group by k.asset_id
    ), newer as (
        select asset_id, string_to_array(
            string_agg(array_to_string(fields, ','), ','), ',') as newer
        from asset_sources
        where engagement_id = :engagement_id
        and session_id = any (cast(:newer as uuid[]))
        group by asset_id
    )
    select asset_id, d.by_person, d.decided, n.newer
    from decided d full join newer n using (asset_id)
    """
)


def newer_imports(session: Session, scope: Scope, session_id: UUID) -> Sequence[UUID]:
    """Return the engagement's imports that were uploaded after this one."""
    mine = (
        sa.select(UPLOADS.c.created_at)
        .where(
            UPLOADS.c.id == session_id,
            UPLOADS.c.engagement_id == scope.engagement_id,
        )
        .scalar_subquery()
    )
    return session.scalars(
        sa.select(UPLOADS.c.id).where(
            UPLOADS.c.engagement_id == scope.engagement_id,
            UPLOADS.c.created_at > mine,
            UPLOADS.c.id != session_id,
        )
    ).all()


def find_standing(session: Session, scope: Scope, newer: Sequence[UUID]) -> None:
    """Leave the temporary table ``standing``.

    Args:
        session: Of the unit of work; the inventory's lock is held.
        scope: Whose inventory.
        newer: The imports that count as newer than the one that is to be merged.
    """
    session.execute(sa.text("drop table if exists pg_temp.standing"))
    session.execute(
        _STANDING,
        {
            "engagement_id": scope.engagement_id,
            "newer": [str(one) for one in newer],
            "person": f"{PERSON}: %",
        },
    )
    session.execute(sa.text("analyze pg_temp.standing"))


def set_by_person(field: str) -> sa.ColumnElement[bool]:
    """Return whether a person set ``field`` of the asset beside ``standing``."""
    if field not in EDITABLE:
        return sa.false()
    return _has(STANDING.c.by_person, field)


def decided_by_person(field: str) -> sa.ColumnElement[bool]:
    """Return whether a person set ``field`` or decided a conflict about it."""
    return _has(STANDING.c.decided, field)


def told_by_newer(field: str) -> sa.ColumnElement[bool]:
    """Return whether a newer import told ``field``; what is no field, the asset."""
    if field not in ASSET_FIELDS:
        return STANDING.c.newer.is_not(None)
    told = sa.cast(field, sa.Text()) == sa.any_(STANDING.c.newer)
    return sa.func.coalesce(told, sa.false())


def _has(fields: sa.ColumnElement, field: str) -> sa.ColumnElement[bool]:
    there = sa.func.jsonb_exists(fields, sa.cast(field, sa.Text()))
    return sa.func.coalesce(there, sa.false())
