"""What people confirmed of headers before, on an engagement and for its client."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, select

from discovery_app.domain.access import Scope
from discovery_app.domain.mapping import RememberedMapping
from discovery_app.knowledge.headers import normalise_header
from discovery_app.models import ClientMapping, FieldMapping, MappingMemory

_REMEMBER: Final = sa.text(
    """
    INSERT INTO mapping_memory AS kept (
        id, client_account_id, engagement_id, source, header, target, unit,
        confirmed_by)
    VALUES (gen_random_uuid(), :client_account_id, :engagement_id, :source, :header,
        :target, :unit, :confirmed_by)
    ON CONFLICT (engagement_id, source, header) DO UPDATE SET
        target = excluded.target, unit = excluded.unit,
        confirmed_by = excluded.confirmed_by, confirmed_at = now()
    """
)
_REMEMBER_FOR_CLIENT: Final = sa.text(
    """
    INSERT INTO client_mappings AS kept (
        id, client_account_id, source, header, target, unit, confirmed_by)
    VALUES (gen_random_uuid(), :client_account_id, :source, :header, :target, :unit,
        :confirmed_by)
    ON CONFLICT (client_account_id, source, header) DO UPDATE SET
        target = excluded.target, unit = excluded.unit,
        confirmed_by = excluded.confirmed_by, confirmed_at = now()
    """
)


class MappingMemoryService:
    """Remembers mappings. One instance serves one unit of work; it never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, scope: Scope) -> tuple[RememberedMapping, ...]:
        """Return what this client's people confirmed before, by source and header.

        What this engagement's own people said goes before the rest of the client's.
        """
        everywhere = self._session.exec(
            select(ClientMapping).where(
                ClientMapping.client_account_id == scope.client_account_id
            )
        )
        here = self._session.exec(
            select(MappingMemory).where(
                MappingMemory.engagement_id == scope.engagement_id
            )
        )
        found = {(row.source, row.header): _remembered(row) for row in everywhere}
        found |= {(row.source, row.header): _remembered(row) for row in here}
        return tuple(found[key] for key in sorted(found))

    def remember(self, scope: Scope, source: str, rows: Sequence[FieldMapping]) -> None:
        """Keep what a person decided, for this engagement and for the client.

        Args:
            source: Slug of the source that the headers came in.
            rows: The columns that a person decided.
        """
        # Headers of several sheets may be the same; the last one counts.
        decided = {normalise_header(row.header)[:300]: row for row in rows}
        values = [
            {
                "client_account_id": scope.client_account_id,
                "engagement_id": scope.engagement_id,
                "source": source,
                "header": header,
                "target": row.target,
                "unit": row.unit if row.target else None,
                "confirmed_by": scope.actor,
            }
            # In one order everywhere, so that two approvals never wait for each other.
            for header, row in sorted(decided.items())
        ]
        if values:
            self._session.execute(_REMEMBER, values)
            self._session.execute(_REMEMBER_FOR_CLIENT, values)


def _remembered(row: MappingMemory | ClientMapping) -> RememberedMapping:
    elsewhere = isinstance(row, ClientMapping)
    return RememberedMapping(row.source, row.header, row.target, row.unit, elsewhere)
