"""The inventory of an engagement."""

from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.publication import Publication
from discovery_app.services.publishing import PublishedCounts, Publishing


class AssetService:
    """Writes and reads an engagement's assets.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def publish(self, scope: Scope, publication: Publication) -> PublishedCounts:
        """Make the import's candidates part of the inventory.

        Belongs into the transaction that commits the last phase. Waits for other
        imports of the engagement. The same import twice changes nothing.

        Raises:
            PhaseError: The rows do not add up; nothing may be committed then.
        """
        return Publishing(self._session, scope, publication).run()
