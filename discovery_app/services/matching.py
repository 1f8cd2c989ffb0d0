"""Which asset of the inventory a candidate of an import is.

The rules, strongest first: the inventory's own id, which our exports carry where a tool
has a place for it, then external id, serial number, VM UUID, FQDN, hostname with IP
addresses. A machine's name alone never matches, but for tools that have nothing else
(``NAMED_BY``). A row without any key matches only the asset that the same list (source,
file and sheet) made under the same name. An application is known by its name: it has
nothing else, and nobody runs two of one name.

- The strongest key that finds something decides; weaker ones are not asked.
- A key does not count where a stronger one contradicts it: another serial number, VM
  UUID or FQDN, or another external id from the same source, is another machine.
- A key that fits several assets matches the one whose keys are all the same, else the
  one the same row of the same file made before, else none of them.
- Two candidates never become one asset: the stronger key wins.
- Where an import runs again and nothing else finds a row's asset, it is the one that
  this row made before, if no other import tells of it: a person corrected its name.
"""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope

KEYS: Final = (
    "key_external_id",
    "key_serial",
    "key_uuid",
    "key_fqdn",
    "key_host_ip",
)
"""Strongest first (FIELD.md, "Row accounting and identity")."""

NAMED_BY: Final = ("aws_cmf", "azure_migrate")
"""Sources whose tools know machines by name alone and have no column for an id, so that
no two machines of theirs have one name (decision 24)."""

_PAIRS = sa.text(
    """
    create temporary table pairs on commit drop as
    with said as (
        select record, coalesce(
            case when source = 'inventory_export' then custom ->> 'asset_id' end,
            key_external_id) as own_id
        from pg_temp.staged_assets
    ), found as (
        select s.record, a.id as asset_id, 0 as rank
        from said s
        join assets a on a.id = case
            when s.own_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then s.own_id::uuid end
        where a.engagement_id = :engagement_id
        union all
        select s.record, a.id as asset_id, 1 as rank
        from pg_temp.staged_assets s
        join assets a on a.key_external_id = s.key_external_id
        where a.engagement_id = :engagement_id and (
            (coalesce(a.key_serial = s.key_serial, true)
             and coalesce(a.key_uuid = s.key_uuid, true)
             and coalesce(a.key_fqdn = s.key_fqdn, true))
            or exists (
                select from asset_sources o
                where o.asset_id = a.id and o.engagement_id = :engagement_id
                and o.source = s.source and 'external_id' = any (o.fields)))
        union all
        select s.record, a.id, 2
        from pg_temp.staged_assets s join assets a on a.key_serial = s.key_serial
        where a.engagement_id = :engagement_id
        union all
        select s.record, a.id, 3
        from pg_temp.staged_assets s join assets a on a.key_uuid = s.key_uuid
        where a.engagement_id = :engagement_id
        and coalesce(a.key_serial = s.key_serial, true)
        union all
        select s.record, a.id, 4
        from pg_temp.staged_assets s join assets a on a.key_fqdn = s.key_fqdn
        where a.engagement_id = :engagement_id
        and coalesce(a.key_serial = s.key_serial, true)
        and coalesce(a.key_uuid = s.key_uuid, true)
        union all
        select s.record, a.id, 5
        from pg_temp.staged_assets s join assets a on a.key_host_ip = s.key_host_ip
        where a.engagement_id = :engagement_id
        and coalesce(a.key_serial = s.key_serial, true)
        and coalesce(a.key_uuid = s.key_uuid, true)
        and coalesce(a.key_fqdn = s.key_fqdn, true)
    ), possible as (
        select f.record, f.asset_id, f.rank
        from found f
        join pg_temp.staged_assets s on s.record = f.record
        join assets a on a.id = f.asset_id and a.engagement_id = :engagement_id
        where f.rank <= 1 or coalesce(a.key_external_id = s.key_external_id, true)
        or not exists (
            select from asset_sources o
            where o.asset_id = a.id and o.engagement_id = :engagement_id
            and o.source = s.source and 'external_id' = any (o.fields))
    ), ranked as (
        select *, min(rank) over (partition by record) as best from possible
    )
    select distinct record, asset_id, rank from ranked where rank = best
    """
)

_SAME_LIST = sa.text(
    """
    insert into pg_temp.pairs (record, asset_id, rank)
    with keyless as (
        select record, source, file, coalesce(sheet, '') as sheet, row_number,
            asset_name,
            count(*) over (partition by file, sheet, asset_name) as namesakes
        from pg_temp.staged_assets
        where num_nonnulls(
            key_external_id, key_serial, key_uuid, key_fqdn, key_host_ip) = 0
    ), known as (
        select distinct on (a.id) a.id, a.asset_name, o.source, o.file, o.sheet, o.row
        from assets a
        join asset_sources o on o.asset_id = a.id and o.engagement_id = a.engagement_id
        where a.engagement_id = :engagement_id and num_nonnulls(
            a.key_external_id, a.key_serial, a.key_uuid, a.key_fqdn, a.key_host_ip) = 0
        and exists (select from keyless)
        order by a.id, o.seen_at desc
    ), counted as (
        select *, count(*) over (partition by source, file, sheet, asset_name)
            as namesakes
        from known
    )
    select k.record, c.id, 6
    from keyless k join counted c
        on c.asset_name = k.asset_name and c.source = k.source
        and c.file = k.file and c.sheet = k.sheet
    where c.row = k.row_number or (k.namesakes = 1 and c.namesakes = 1)
    """
)

_SAME_IMPORT = sa.text(
    """
    insert into pg_temp.pairs (record, asset_id, rank)
    select s.record, a.id, 7
    from pg_temp.staged_assets s
    join asset_sources o on o.engagement_id = :engagement_id
        and o.session_id = :session_id and o.file = s.file
        and o.sheet = coalesce(s.sheet, '') and o.row = s.row_number
    join assets a on a.id = o.asset_id and a.engagement_id = :engagement_id
        and a.first_session_id = :session_id
    where not exists (select from pg_temp.pairs p where p.record = s.record)
    and not exists (select from pg_temp.pairs p where p.asset_id = a.id)
    and not exists (
        select from asset_sources other
        where other.asset_id = a.id and other.engagement_id = :engagement_id
        and other.session_id <> :session_id)
    """
)

_SAME_NAME = sa.text(
    """
    insert into pg_temp.pairs (record, asset_id, rank)
    with named as (
        select s.record, lower(s.asset_name) as name,
            s.asset_type = 'application' as is_application,
            count(*) over (
                partition by lower(s.asset_name), s.asset_type = 'application'
            ) as namesakes
        from pg_temp.staged_assets s
        where (s.asset_type = 'application' or s.source = any (:named_by))
        and s.asset_name <> '' and num_nonnulls(
            s.key_external_id, s.key_serial, s.key_uuid, s.key_fqdn, s.key_host_ip) = 0
    ), known as (
        select a.id, lower(a.asset_name) as name,
            a.asset_type = 'application' as is_application,
            count(*) over (
                partition by lower(a.asset_name), a.asset_type = 'application'
            ) as namesakes
        from assets a
        where a.engagement_id = :engagement_id and exists (select from named)
    )
    select n.record, k.id, 7
    from named n join known k using (name, is_application)
    where n.namesakes = 1 and k.namesakes = 1
    and not exists (
        select from pg_temp.pairs p where p.record = n.record or p.asset_id = k.id)
    """
)

_SAME_ROW = sa.text(
    """
    delete from pg_temp.pairs p using (
        select q.record, q.asset_id, row_number() over (
            partition by q.record order by equal desc, made desc) as place,
            sum(equal) over (partition by q.record) as equals,
            sum(made) over (partition by q.record) as makers
        from (
            select q.record, q.asset_id,
                (row (a.key_external_id, a.key_serial, a.key_uuid, a.key_fqdn,
                      a.key_host_ip)
                 is not distinct from
                 row (s.key_external_id, s.key_serial, s.key_uuid, s.key_fqdn,
                      s.key_host_ip))::int as equal,
                (exists (
                    select from asset_sources o
                    where o.asset_id = a.id and o.engagement_id = a.engagement_id
                    and o.source = s.source and o.file = s.file
                    and o.sheet = coalesce(s.sheet, '')
                    and o.row = s.row_number))::int as made
            from (
                select *, count(*) over (partition by record) as assets
                from pg_temp.pairs
            ) q
            join pg_temp.staged_assets s on s.record = q.record
            join assets a
                on a.id = q.asset_id and a.engagement_id = :engagement_id
            where q.assets > 1
        ) q
    ) judged
    where p.record = judged.record and p.asset_id = judged.asset_id
    and judged.place > 1 and (judged.equals = 1 or
        (judged.equals = 0 and judged.makers = 1))
    """
)

_MATCHES = sa.text(
    """
    create temporary table matches on commit drop as
    select record, asset_id
    from (
        select record, asset_id, row_number() over (
            partition by asset_id order by rank, record) as place
        from (
            select *, count(*) over (partition by record) as assets from pg_temp.pairs
        ) counted
        where assets = 1
    ) placed
    where place = 1
    """
)

_WITHOUT_OWN_IDS = sa.text(
    """
    update pg_temp.staged_assets s
    set custom = s.custom - case
            when s.source = 'inventory_export' then 'asset_id' else '' end,
        external_id = case when is_own then null else s.external_id end,
        key_external_id = case when is_own then null else s.key_external_id end
    from (
        select s.record, coalesce(s.key_external_id = p.asset_id::text, false) as is_own
        from pg_temp.staged_assets s
        left join pg_temp.pairs p on p.record = s.record and p.rank = 0
        where s.source = 'inventory_export' or p.record is not null
    ) told
    where told.record = s.record
    """
)

_ISSUES = sa.text(
    """
    insert into import_issues (
        id, engagement_id, client_account_id, session_id, phase, position, file, sheet,
        row, "column", value, rule, severity, message, fix)
    select gen_random_uuid(), :engagement_id, :client_account_id, :session_id,
        'database_integration', 1000000 + row_number() over (order by s.record),
        s.file, coalesce(s.sheet, ''), s.row_number, '', coalesce(s.asset_name, ''),
        found.rule, found.severity, found.message, found.fix
    from (
        select p.record,
            case when count(*) > 1 then 'ambiguous_match' else 'match_taken' end
                as rule,
            'warning' as severity,
            case when count(*) > 1
                then 'Its identity fits ' || count(*) || ' assets of the inventory; it '
                    'was added as a new asset rather than merged with one of them.'
                else 'Another row of this import is the same asset by a stronger key; '
                    'this row was added as an asset of its own.' end as message,
            'Compare the assets of this name and correct the serial number, UUID or '
            'FQDN in the file that is wrong.' as fix
        from pg_temp.pairs p
        where not exists (select from pg_temp.matches m where m.record = p.record)
        group by p.record
        union all
        select s.record, 'same_name_only', 'info',
            'The inventory has an asset of this name already, but nothing else says '
            'that they are the same; it was added as a new asset.',
            'If they are the same, give both files a serial number, UUID, FQDN or '
            'address and import again.'
        from pg_temp.staged_assets s
        where not exists (select from pg_temp.pairs p where p.record = s.record)
        and exists (
            select from assets a
            where a.engagement_id = :engagement_id and a.asset_name = s.asset_name)
    ) found
    join pg_temp.staged_assets s on s.record = found.record
    """
)

RULES: Final = ("ambiguous_match", "match_taken", "same_name_only")
"""The issues that matching leaves in ``import_issues``."""


def match(session: Session, scope: Scope, session_id: object) -> None:
    """Leave the temporary table ``matches``: the candidates that are known assets.

    Reads the temporary table ``staged_assets``; candidates whose match is unsure are
    left out and said in ``import_issues``.
    """
    tenant = {
        "engagement_id": scope.engagement_id,
        "client_account_id": scope.client_account_id,
        "session_id": session_id,
        "named_by": list(NAMED_BY),
    }
    session.execute(sa.text("analyze pg_temp.staged_assets"))
    for statement in (
        _PAIRS,
        _SAME_LIST,
        _SAME_NAME,
        _SAME_IMPORT,
        _SAME_ROW,
        _MATCHES,
        _WITHOUT_OWN_IDS,
    ):
        session.execute(statement, tenant)
    session.execute(sa.text("analyze pg_temp.matches"))
    session.execute(_ISSUES, tenant)
