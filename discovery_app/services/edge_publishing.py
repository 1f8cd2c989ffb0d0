"""Publishing of what hangs together: dependencies and applications."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.publication import Publication
from discovery_app.services.staging import column_types, stage
from discovery_app.services.tables import DEPENDENCIES

EDGE_COLUMNS: Final = (
    "source",
    "destination",
    "port",
    "protocol",
    "kind",
    "backup",
    "source_application",
    "destination_application",
    "noise",
    "noise_reason",
    "shared_service",
    "cross_environment",
    "connection_count",
    "bytes_total",
    "first_observed",
    "last_observed",
    "evidence",
)

KEYED_EDGES: Final = sa.text(
    """
    create temporary table keyed_edges on commit drop as
    select e.*, s.asset_id as source_asset_id, d.asset_id as destination_asset_id,
        encode(sha256(convert_to(concat_ws(chr(31),
            coalesce(s.asset_id::text, lower(e.source)),
            coalesce(d.asset_id::text, lower(e.destination)),
            coalesce(e.port::text, ''), lower(coalesce(e.protocol, '')), e.kind),
            'UTF8')), 'hex') as key
    from pg_temp.staged_edges e
    left join pg_temp.published s on s.record = e.source_record
    left join pg_temp.published d on d.record = e.destination_record
    """
)

_GONE = sa.text(
    """
    delete from dependencies d
    where d.engagement_id = :engagement_id and d.session_id = :session_id
    and not exists (select from pg_temp.keyed_edges k where k.key = d.key)
    """
)

# Two spellings of one asset may have become the same edge: they are added up.
_UPSERT = sa.text(
    """
    insert into dependencies (
        id, engagement_id, client_account_id, session_id, key, source_asset_id, source,
        destination_asset_id, destination, port, protocol, kind, backup,
        source_application, destination_application, noise, noise_reason,
        shared_service, cross_environment, connection_count, bytes_total,
        first_observed, last_observed, evidence)
    select gen_random_uuid(), :engagement_id, :client_account_id, :session_id, key,
        (array_agg(source_asset_id))[1], min(source),
        (array_agg(destination_asset_id))[1], min(destination),
        min(port), left(min(protocol), 30), min(kind),
        bool_and(coalesce(backup, false)), min(source_application),
        min(destination_application), bool_and(coalesce(noise, false)),
        case when bool_and(coalesce(noise, false)) then min(noise_reason) end,
        bool_or(coalesce(shared_service, false)),
        bool_or(coalesce(cross_environment, false)),
        coalesce(sum(connection_count), 1), sum(bytes_total), min(first_observed),
        max(last_observed), coalesce(min(evidence), '')
    from pg_temp.keyed_edges
    group by key
    on conflict (engagement_id, key) do update set
        session_id = excluded.session_id,
        source = excluded.source,
        destination = excluded.destination,
        backup = excluded.backup,
        source_application = excluded.source_application,
        destination_application = excluded.destination_application,
        noise = excluded.noise,
        noise_reason = excluded.noise_reason,
        shared_service = excluded.shared_service,
        cross_environment = excluded.cross_environment,
        connection_count = excluded.connection_count,
        bytes_total = coalesce(excluded.bytes_total, dependencies.bytes_total),
        first_observed = least(excluded.first_observed, dependencies.first_observed),
        last_observed = greatest(excluded.last_observed, dependencies.last_observed),
        evidence = excluded.evidence
    """
)

# An owner or a criticality is the application's only where its assets agree.
_APPLICATIONS = sa.text(
    """
    insert into applications (
        id, engagement_id, client_account_id, session_id, key, name, business_owner,
        business_criticality)
    select gen_random_uuid(), :engagement_id, :client_account_id, :session_id,
        lower(name), min(name),
        case when min(owner) = max(owner) then min(owner) end,
        case when min(criticality) = max(criticality) then min(criticality) end
    from (
        select distinct left(trim(part), 300) as name, owner, left(criticality, 30)
            as criticality
        from (
            select distinct a.application_name, a.business_owner as owner,
                a.business_criticality as criticality
            from pg_temp.published p
            join assets a on a.id = p.asset_id and a.engagement_id = :engagement_id
            where a.application_name is not null
        ) said
        cross join lateral regexp_split_to_table(said.application_name, '[,;\\n]')
            as part
        where trim(part) <> ''
    ) named
    group by lower(name)
    on conflict (engagement_id, key) do update set
        business_owner = coalesce(
            excluded.business_owner, applications.business_owner),
        business_criticality = coalesce(
            excluded.business_criticality, applications.business_criticality),
        updated_at = now()
    """
)


class EdgePublishing:
    """Writes the dependencies and applications of one import.

    Reads the temporary table ``published``.
    """

    def __init__(
        self, session: Session, scope: Scope, publication: Publication
    ) -> None:
        self._session = session
        self._publication = publication
        self._tenant = {
            "engagement_id": scope.engagement_id,
            "client_account_id": scope.client_account_id,
            "session_id": publication.session_id,
        }

    def run(self, *, replace: bool) -> None:
        """Write them; with ``replace``, drop this import's edges that are no more."""
        frame = self._publication.edges
        if replace or not frame.is_empty():
            kinds = {
                "source_record": sa.Integer(),
                "destination_record": sa.Integer(),
                **column_types(DEPENDENCIES, *EDGE_COLUMNS),
            }
            stage(self._session, "staged_edges", kinds, frame)
            self._session.execute(KEYED_EDGES)
            self._session.execute(_GONE, self._tenant)
            self._session.execute(_UPSERT, self._tenant)
        if "application_name" in self._publication.candidates.columns:
            self._session.execute(_APPLICATIONS, self._tenant)
