"""Uploads: the files of a data import session, and what people corrected in them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.discovery_flow_state import FileReference
from discovery_app.domain.uploads import EarlierImport
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.knowledge.sources import chosen_source
from discovery_app.models import (
    ClientAccount,
    DataImportFile,
    DataImportSession,
    Engagement,
)

FILES_LIMIT: Final = 50
"""Files of one upload; chosen, not measured."""

CORRECTIONS: Final = frozenset(
    {"sheet", "header_row", "delimiter", "encoding", "source"}
)
"""What a person may correct in how a file is read."""


@dataclass(frozen=True)
class NewFile:
    """A file whose bytes are in the store already.

    Attributes:
        name: The person's name for it; kept as a label, never used as a path.
        corrections: What the person corrected in how it is read.
    """

    file_id: UUID
    name: str
    size_bytes: int
    sha256: str
    storage_key: str
    corrections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportFile:
    """A stored file with the corrections a person made."""

    reference: FileReference
    corrections: Mapping[str, str]


class DataImportService:
    """Reads and writes data import sessions and their files.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self,
        scope: Scope,
        session_id: UUID,
        files: Sequence[NewFile],
        request_key: str,
        corrects: UUID | None = None,
    ) -> None:
        """Store an upload of files that belong together.

        Args:
            scope: Whose upload.
            session_id: Its id.
            files: In order.
            request_key: Makes a repeated request the same upload.
            corrects: The upload whose rejected rows this one brings again.

        Raises:
            NotPermittedError: The role may not import files.
            InvalidInputError: There are no files, or too many.
        """
        scope.require(Permission.IMPORT_FILES)
        if not 0 < len(files) <= FILES_LIMIT:
            raise InvalidInputError(
                f"Choose between 1 and {FILES_LIMIT} files; you chose {len(files)}."
            )
        self._session.add(
            DataImportSession(
                id=session_id,
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                title=_title([file.name for file in files]),
                request_key=request_key,
                content_sha256=content_sha256([file.sha256 for file in files]),
                started_by=scope.actor,
                user_id=scope.user_id,
                corrects_session_id=corrects,
            )
        )
        self._session.flush()
        self._session.add_all(
            DataImportFile(
                id=file.file_id,
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                session_id=session_id,
                position=position,
                name=file.name[:400],
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                storage_key=file.storage_key,
                corrections=dict(file.corrections),
            )
            for position, file in enumerate(files)
        )
        self._session.flush()

    def by_request_key(self, scope: Scope, request_key: str) -> UUID | None:
        """Return the upload that this request made before, if it did."""
        return self._session.exec(
            select(DataImportSession.id).where(
                *_tenant(scope), DataImportSession.request_key == request_key
            )
        ).one_or_none()

    def same_content(self, scope: Scope, sha256s: Sequence[str]) -> UUID | None:
        """Return the newest upload of exactly the same bytes, if there is one."""
        return self._session.exec(
            select(DataImportSession.id)
            .where(
                *_tenant(scope),
                DataImportSession.content_sha256 == content_sha256(sha256s),
            )
            .order_by(col(DataImportSession.created_at).desc())
        ).first()

    def has_file(self, scope: Scope, file_id: UUID) -> bool:
        """Return whether an upload of this engagement has this file."""
        found = self._session.exec(
            select(DataImportFile.id).where(
                DataImportFile.id == file_id,
                DataImportFile.engagement_id == scope.engagement_id,
            )
        ).one_or_none()
        return found is not None

    def storage_keys(self, scope: Scope) -> frozenset[str]:
        """Return where the bytes of every upload of the engagement lie."""
        found = self._session.exec(
            select(DataImportFile.storage_key).where(
                DataImportFile.engagement_id == scope.engagement_id
            )
        )
        return frozenset(found)

    def earlier(self, scope: Scope, sha256s: Sequence[str]) -> dict[str, EarlierImport]:
        """Return the newest import of each file that was imported before, by hash."""
        rows = self._session.exec(
            select(
                DataImportFile.sha256,
                DataImportSession.title,
                DataImportSession.started_by,
                DataImportSession.created_at,
            )
            .join(
                DataImportSession,
                col(DataImportSession.id) == DataImportFile.session_id,
            )
            .where(*_tenant(scope), col(DataImportFile.sha256).in_(sha256s))
            .order_by(col(DataImportSession.created_at))
        )
        return {
            sha256: EarlierImport(sha256, title, started_by, created_at)
            for sha256, title, started_by, created_at in rows
            if created_at is not None
        }

    def files(self, scope: Scope, session_id: UUID) -> list[ImportFile]:
        """Return the files of an upload, in order.

        Raises:
            NotFoundError: There is no such upload in this engagement.
        """
        rows = self._session.exec(
            select(DataImportFile)
            .where(
                DataImportFile.session_id == session_id,
                DataImportFile.engagement_id == scope.engagement_id,
            )
            .order_by(col(DataImportFile.position))
        ).all()
        if not rows:
            raise NotFoundError("upload", session_id)
        return [ImportFile(_reference(row), row.corrections) for row in rows]

    def tenant_names(self, session_id: UUID) -> tuple[str, str]:
        """Return the client's and the engagement's name of an upload anywhere.

        Reads under a ``PlatformScope`` or ``BoardScope``, which says where it may.

        Raises:
            NotFoundError: There is no such upload that the scope shows.
        """
        found = self._session.exec(
            select(ClientAccount.name, Engagement.name)
            .join(Engagement, col(Engagement.client_account_id) == ClientAccount.id)
            .join(
                DataImportSession,
                col(DataImportSession.engagement_id) == Engagement.id,
            )
            .where(DataImportSession.id == session_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError("upload", session_id)
        return found

    def engagement_of(self, session_id: UUID) -> UUID:
        """Return the engagement of an upload anywhere, like ``tenant_names``.

        Raises:
            NotFoundError: There is no such upload that the scope shows.
        """
        found = self._session.exec(
            select(DataImportSession.engagement_id).where(
                DataImportSession.id == session_id
            )
        ).one_or_none()
        if found is None:
            raise NotFoundError("upload", session_id)
        return found

    def correct(
        self,
        scope: Scope,
        session_id: UUID,
        file_id: UUID,
        corrections: Mapping[str, str],
    ) -> None:
        """Store what a person corrected in how a file is read.

        Args:
            corrections: Any of ``CORRECTIONS``.

        Raises:
            NotFoundError: There is no such file in this engagement.
        """
        scope.require(Permission.IMPORT_FILES)
        row = self._session.exec(
            select(DataImportFile).where(
                DataImportFile.id == file_id,
                DataImportFile.session_id == session_id,
                DataImportFile.engagement_id == scope.engagement_id,
            )
        ).one_or_none()
        if row is None:
            raise NotFoundError("file", file_id)
        row.corrections = dict(corrections)
        self._session.flush()


def checked_corrections(corrections: Mapping[str, str]) -> dict[str, str]:
    """Return a person's corrections without those that leave it to us.

    Raises:
        InvalidInputError: There is no such correction, or no such source.
    """
    if unknown := set(corrections) - CORRECTIONS:
        raise InvalidInputError(
            f"There is no correction called {', '.join(sorted(unknown))}."
        )
    given = {name: word for name, word in corrections.items() if word}
    source = given.get("source", "")
    if source and chosen_source(source) is None:
        raise InvalidInputError(
            f"No source is called {source[:50]}; choose one of the list."
        )
    return given


def content_sha256(sha256s: Sequence[str]) -> str:
    """Return one hash over the hashes of files, whatever their order."""
    return hashlib.sha256("\n".join(sorted(sha256s)).encode()).hexdigest()


def _title(names: Sequence[str]) -> str:
    first = names[0][:300]
    more = len(names) - 1
    return f"{first} and {more} more" if more else first


def _reference(row: DataImportFile) -> FileReference:
    return FileReference(
        file_id=row.id,
        name=row.name,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        storage_key=row.storage_key,
    )


def _tenant(scope: Scope) -> tuple[bool, bool]:
    return (
        DataImportSession.client_account_id == scope.client_account_id,
        DataImportSession.engagement_id == scope.engagement_id,
    )
