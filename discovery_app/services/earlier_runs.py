"""What an import's earlier run left and its new run does not make again.

An import that is published again ends as if it had been the first time: what only its
earlier run brought goes, as if it were undone. Assets that another import tells of, or
that a person has touched, stay, and an issue says so.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.import_traces import find_traces
from discovery_app.services.restoring import restore_assets
from discovery_app.services.tables import ASSETS, SOURCES

RULES: Final = ("earlier_run_removed", "earlier_run_stays")
"""The issues that replacing an earlier run leaves in ``import_issues``."""

_SAID_BEFORE: Final = sa.text(
    """
    delete from import_issues
    where engagement_id = :engagement_id and session_id = :session_id
    and rule = any (:rules)
    """
)
_DROPPED: Final = sa.text(
    """
    create temporary table dropped on commit drop as
    select t.*, a.asset_name,
        t.created and not t.later and not t.by_hand as goes,
        (select o.file from asset_sources o
            where o.asset_id = t.asset_id and o.engagement_id = :engagement_id
            and o.session_id = :session_id order by o.row limit 1) as file
    from pg_temp.touched t
    join assets a on a.id = t.asset_id and a.engagement_id = :engagement_id
    where not exists (
        select from pg_temp.published p where p.asset_id = t.asset_id)
    """
)
_ISSUES: Final = sa.text(
    """
    insert into import_issues (
        id, engagement_id, client_account_id, session_id, phase, position, file, sheet,
        row, "column", value, rule, severity, message, fix)
    select gen_random_uuid(), :engagement_id, :client_account_id, :session_id,
        'database_integration', 2000000 + row_number() over (order by d.asset_name),
        coalesce(d.file, ''), '', null, '', d.asset_name,
        case when d.goes then 'earlier_run_removed' else 'earlier_run_stays' end,
        case when d.goes then 'info' else 'warning' end,
        case when d.goes
            then 'An earlier run of this import made this asset and this run did not; '
                'it was removed.'
            when d.later
            then 'An earlier run of this import made this asset and this run did not; '
                'it stays, because another import tells of it.'
            else 'An earlier run of this import made this asset and this run did not; '
                'it stays, because a person set a value or decided on it.' end,
        case when d.goes
            then 'Nothing, if it is not in the files; else look why its row was left '
                'out.'
            else 'Look whether the asset is real; undoing the import removes it, '
                'unless another import tells of it.' end
    from pg_temp.dropped d
    where d.created
    """
)
_CLEAN_UP: Final = tuple(
    sa.text(statement)
    for statement in (
        """
        delete from assets a using pg_temp.dropped d
        where a.id = d.asset_id and a.engagement_id = :engagement_id and d.goes
        """,
        """
        update assets a set first_session_id = (
            select o.session_id from asset_sources o
            join data_import_sessions u on u.id = o.session_id
                and u.engagement_id = :engagement_id
            where o.asset_id = a.id and o.engagement_id = :engagement_id
            and o.session_id <> :session_id
            order by u.created_at limit 1)
        from pg_temp.dropped d
        where a.id = d.asset_id and a.engagement_id = :engagement_id
        and d.created and d.later
        """,
        # Who tells of it first has made it now; nobody is said to have changed it.
        """
        delete from import_changes c using pg_temp.dropped d, assets a
        where c.asset_id = d.asset_id and c.engagement_id = :engagement_id
        and a.id = d.asset_id and a.engagement_id = :engagement_id
        and c.session_id in (:session_id, a.first_session_id)
        """,
        # A change is one only where the asset says something else than before.
        """
        update import_changes c set before = (
            select coalesce(jsonb_object_agg(one.key, one.value), '{}')
            from jsonb_each(c.before) one
            where one.value is distinct from to_jsonb(a) -> one.key)
        from assets a, pg_temp.touched t
        where a.id = c.asset_id and a.engagement_id = :engagement_id
        and t.asset_id = a.id and c.engagement_id = :engagement_id
        and c.session_id = :session_id
        """,
        """
        delete from import_changes
        where engagement_id = :engagement_id and session_id = :session_id
        and before = '{}'
        """,
    )
)
REMOVE_UNNAMED_APPLICATIONS: Final = sa.text(
    """
    delete from applications
    where engagement_id = :engagement_id and session_id = :session_id
    and key not in (
        select lower(left(trim(part), 300))
        from assets a
        cross join lateral
            regexp_split_to_table(a.application_name, '[,;\\n]') as part
        where a.engagement_id = :engagement_id
        and a.application_name is not null)
    """
)
"""Drops applications of an import that no asset names any more."""

_FORGET_OPEN: Final = sa.text(
    """
    delete from conflicts
    where engagement_id = :engagement_id and session_id = :session_id
    and resolved_at is null
    """
)


_STAYS: Final = sa.table(
    "dropped",
    sa.column("asset_id", sa.Uuid()),
    sa.column("created", sa.Boolean()),
    sa.column("later", sa.Boolean()),
    sa.column("goes", sa.Boolean()),
    schema="pg_temp",
)


@dataclass(frozen=True)
class EarlierRun:
    """An import that was published before and is published again.

    Reads and leaves temporary tables; see ``services.import_traces``.
    """

    session: Session
    scope: Scope
    session_id: UUID

    def is_there(self) -> bool:
        """Return whether an earlier run of the import left anything."""
        told = sa.exists().where(
            SOURCES.c.session_id == self.session_id,
            SOURCES.c.engagement_id == self.scope.engagement_id,
        )
        return bool(self.session.scalar(sa.select(told)))

    def filled_fields(self) -> list[str]:
        """Return the fields that any asset of the engagement has a value in."""
        fields = [name for name in ASSET_FIELDS if name in ASSETS.c]
        counts = self.session.execute(
            sa.select(
                *(sa.func.count(ASSETS.c[name]).label(name) for name in fields)
            ).where(ASSETS.c.engagement_id == self.scope.engagement_id)
        ).one()
        return [name for name, count in zip(fields, counts, strict=True) if count]

    def look(self) -> None:
        """Note what the earlier run left, before the new one changes anything.

        Its open conflicts are forgotten: merging opens those that are left of them.
        """
        find_traces(self.session, self.scope, self.session_id, again=True)
        self.session.execute(_FORGET_OPEN, self._tenant())

    def replace(self) -> None:
        """Take back what the new run, which is in ``published``, does not make."""
        self.session.execute(_SAID_BEFORE, self._tenant() | {"rules": list(RULES)})
        self.session.execute(_DROPPED, self._tenant())
        self.session.execute(
            _ISSUES,
            self._tenant() | {"client_account_id": self.scope.client_account_id},
        )
        self._take_back()
        for statement in _CLEAN_UP:
            self.session.execute(statement, self._tenant())
        self.session.execute(REMOVE_UNNAMED_APPLICATIONS, self._tenant())

    def _take_back(self) -> None:
        """Give assets that stay the values from before, where the import set them."""
        gone_from = sa.select(_STAYS.c.asset_id).where(
            ~_STAYS.c.goes, sa.or_(_STAYS.c.later, ~_STAYS.c.created)
        )
        restore_assets(self.session, self.scope, self.session_id, gone_from)

    def _tenant(self) -> dict[str, Any]:
        return {
            "engagement_id": self.scope.engagement_id,
            "session_id": self.session_id,
        }
