"""What an import left in the inventory, and who else has touched it.

Undoing an import and running it again both stand on this: neither takes away what
another import or a person has said since.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.standing_values import find_standing, newer_imports
from discovery_app.services.tables import ASSETS, SOURCES

_LARGE_ROWS: Final = 2_000
"""Chosen: below it no plan is slow enough to be seen."""

TOUCHED: Final = sa.table(
    "touched",
    sa.column("asset_id", sa.Uuid()),
    sa.column("created", sa.Boolean()),
    sa.column("updated", sa.Boolean()),
    sa.column("later", sa.Boolean()),
    sa.column("overridden", sa.Boolean()),
    sa.column("by_hand", sa.Boolean()),
    sa.column("mine_only", sa.ARRAY(sa.Text())),
    schema="pg_temp",
)
"""The assets that the import told about. ``later``: another import tells of one that
it updated and is newer, or tells of one that it created at all. ``mine_only``: where
``created`` and ``later``, the fields that nobody else tells."""

BEFORE: Final = sa.table(
    "before",
    sa.column("before_of", sa.Uuid()),
    sa.column("told", JSONB()),
    *(sa.column(column.name, column.type) for column in ASSETS.c),
    schema="pg_temp",
)
"""The values before the import of the assets that it updated; ``told`` names them."""

# An import has one row for each asset that it tells about. Joins of whole sets, not
# look-ups: old statistics would find the wrong index for those.
_TOUCHED: Final = sa.text(
    """
    create temporary table touched on commit drop as
    with others as materialized (
        select asset_id, bool_or(session_id = any (cast(:newer as uuid[]))) as newer,
            case when :again then string_to_array(
                string_agg(array_to_string(fields, ','), ','), ',') end as fields
        from asset_sources
        where engagement_id = :engagement_id and session_id <> :session_id
        group by asset_id
    ), overridden as materialized (
        select asset_id from decisions
        where engagement_id = :engagement_id and override is not null
    ), told as (
        select a.id as asset_id, a.first_session_id = :session_id as created,
            c.asset_id is not null as updated,
            coalesce(o.newer or a.first_session_id = :session_id and
                o.asset_id is not null, false) as later,
            d.asset_id is not null as overridden,
            d.asset_id is not null or s.by_person is not null as by_hand,
            m.fields as mine, o.fields as theirs
        from asset_sources m
        join assets a on a.id = m.asset_id and a.engagement_id = :engagement_id
        left join others o on o.asset_id = a.id
        left join overridden d on d.asset_id = a.id
        left join pg_temp.standing s on s.asset_id = a.id
        left join import_changes c on c.asset_id = a.id
            and c.engagement_id = :engagement_id and c.session_id = :session_id
        where m.engagement_id = :engagement_id and m.session_id = :session_id
    )
    select asset_id, created, updated, later, overridden, by_hand,
        case when created and later and :again then array(
            select unnest(mine) except select unnest(theirs)) end as mine_only
    from told
    """
)
_BEFORE: Final = sa.text(
    """
    create temporary table before on commit drop as
    select t.asset_id as before_of, c.before as told, p.*
    from pg_temp.touched t
    join import_changes c on c.asset_id = t.asset_id
        and c.engagement_id = :engagement_id and c.session_id = :session_id
    cross join lateral jsonb_populate_record(null::assets, c.before) p
    where t.updated and not t.created
    """
)


def find_traces(
    session: Session, scope: Scope, session_id: UUID, *, again: bool
) -> None:
    """Leave the temporary tables ``standing``, ``touched`` and ``before``.

    Args:
        session: Of the unit of work.
        scope: Whose inventory.
        session_id: The import.
        again: Whether it is to be published again; ``mine_only`` is told for that.
    """
    _join_by_hash(session, scope, session_id)
    newer = newer_imports(session, scope, session_id)
    # Undoing leaves an asset alone that a newer import told of, whatever the field.
    find_standing(session, scope, newer if again else ())
    session.execute(sa.text("drop table if exists pg_temp.touched, pg_temp.before"))
    given = {"engagement_id": scope.engagement_id, "session_id": session_id}
    others = [str(one) for one in newer]
    session.execute(_TOUCHED, given | {"newer": others, "again": again})
    session.execute(sa.text("analyze pg_temp.touched"))
    session.execute(_BEFORE, given)
    session.execute(sa.text("analyze pg_temp.before"))


def _join_by_hash(session: Session, scope: Scope, session_id: UUID) -> None:
    """Keep the planner from nested loops over a large import, to the commit.

    Its statistics are as old as the tables were before the import was published: it
    takes 300,000 rows for one, and a second becomes an hour.
    """
    told = session.scalar(
        sa.select(sa.func.count())
        .select_from(SOURCES)
        .where(
            SOURCES.c.engagement_id == scope.engagement_id,
            SOURCES.c.session_id == session_id,
        )
    )
    if (told or 0) > _LARGE_ROWS:
        session.execute(sa.text("set local enable_nestloop = off"))
