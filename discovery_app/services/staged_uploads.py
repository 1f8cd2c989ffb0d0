"""Uploads that wait for their start: what one person dropped on one engagement.

A file's bytes lie where those of started uploads lie; beside them a manifest says
what it is. Starting only takes the manifest away, so that no byte is copied and a
crash in between loses nothing: the file is listed again, and starting it again gives
the same workflow.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from pydantic import ValidationError

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.uploads import EarlierImport, StagedFile
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.data_imports import (
    FILES_LIMIT,
    DataImportService,
    checked_corrections,
)
from discovery_app.services.intake import UploadedFile, forget_folder, take_in
from discovery_app.services.previews import PreviewService
from discovery_app.storage import ObjectStore, object_store, staged_key

KEPT: Final = timedelta(days=7)
"""How long an upload waits for its start; chosen, not measured."""


class StagedUploadService:
    """Takes in files, lists them, and gives them up when they were started.

    It opens its own units of work, because bytes are stored between them.
    """

    def __init__(self, store: ObjectStore | None = None) -> None:
        self._store = store or object_store()
        self._previews = PreviewService(self._store)

    def take_in(self, scope: Scope, name: str, chunks: Iterable[bytes]) -> StagedFile:
        """Store one file and read its first rows; of a refused one nothing stays.

        Raises:
            NotPermittedError: The role may not import files.
            FileRefusedError: It is empty, too large, damaged or no inventory.
            InvalidInputError: There are as many as one import may have.
            UnavailableError: The storage is full or away.
        """
        user_id = _user(scope)
        if len(self._manifests(scope)) >= FILES_LIMIT:
            raise InvalidInputError(
                f"One import has at most {FILES_LIMIT} files; start these first."
            )
        folder_id = uuid4()
        try:
            new = take_in(self._store, scope, folder_id, UploadedFile(name, chunks))
            staged = StagedFile(
                file_id=new.file_id,
                name=new.name,
                size_bytes=new.size_bytes,
                sha256=new.sha256,
                storage_key=new.storage_key,
                uploaded_at=datetime.now(UTC),
            )
            detected = self._previews.preview(staged).summary
            staged = staged.model_copy(update={"detected": detected})
            self._write(scope, user_id, staged)
        except BaseException:
            forget_folder(self._store, scope, folder_id)
            raise
        return staged

    def listed(self, scope: Scope) -> tuple[StagedFile, ...]:
        """Return what waits, in the order it came; what waited too long is deleted."""
        oldest = datetime.now(UTC) - KEPT
        found = [self._read(key) for key in self._manifests(scope)]
        staged = [one for one in found if one is not None]
        for one in staged:
            if one.uploaded_at < oldest:
                self._delete(scope, one)
        kept = [one for one in staged if one.uploaded_at >= oldest]
        return tuple(sorted(kept, key=lambda one: (one.uploaded_at, one.name)))

    def earlier(
        self, scope: Scope, files: Sequence[StagedFile]
    ) -> Mapping[str, EarlierImport]:
        """Return by hash which of ``files`` this engagement imported before."""
        with unit_of_work(scope) as session:
            hashes = [file.sha256 for file in files]
            return DataImportService(session).earlier(scope, hashes)

    def correct(
        self, scope: Scope, file_id: UUID, corrections: Mapping[str, str]
    ) -> StagedFile:
        """Keep how a person wants a file to be read; empty words leave it to us.

        Raises:
            NotFoundError: There is no such file of theirs.
            InvalidInputError: There is no such correction.
            FileRefusedError: The file cannot be read so; nothing was changed.
        """
        given = checked_corrections(corrections)
        changed = self.one(scope, file_id).model_copy(update={"corrections": given})
        detected = self._previews.preview(changed).summary
        changed = changed.model_copy(update={"detected": detected})
        self._write(scope, _user(scope), changed)
        return changed

    def one(self, scope: Scope, file_id: UUID) -> StagedFile:
        """Return one file that waits.

        Raises:
            NotFoundError: There is no such file of theirs.
        """
        key = staged_key(scope.engagement_id, _user(scope), file_id)
        staged = self._read(key) if key in self._manifests(scope) else None
        if staged is None:
            raise NotFoundError("uploaded file", file_id)
        return staged

    def remove(self, scope: Scope, file_id: UUID) -> None:
        """Delete one file that waits.

        Raises:
            NotFoundError: There is no such file of theirs.
        """
        self._delete(scope, self.one(scope, file_id))

    def forget(self, scope: Scope, files: Sequence[StagedFile]) -> None:
        """Take the manifests of files that were started away; the bytes stay."""
        for file in files:
            key = staged_key(scope.engagement_id, _user(scope), file.file_id)
            self._store.delete(key)

    def _delete(self, scope: Scope, staged: StagedFile) -> None:
        with unit_of_work(scope) as session:
            started = DataImportService(session).has_file(scope, staged.file_id)
        if not started:  # Else a crash left the manifest, and the bytes are in use.
            self._store.delete(staged.storage_key)
        self.forget(scope, [staged])

    def _manifests(self, scope: Scope) -> list[str]:
        return self._store.keys(f"staged/{scope.engagement_id}/{_user(scope)}")

    def _read(self, key: str) -> StagedFile | None:
        try:
            return StagedFile.model_validate_json(self._store.read(key))
        except ValidationError:  # Written by another version of this app.
            return None

    def _write(self, scope: Scope, user_id: UUID, staged: StagedFile) -> None:
        key = staged_key(scope.engagement_id, user_id, staged.file_id)
        self._store.write(key, [staged.model_dump_json().encode()])


def _user(scope: Scope) -> UUID:
    scope.require(Permission.IMPORT_FILES)
    if scope.user_id is None:
        raise InvalidInputError("Only a signed-in person can keep uploads waiting.")
    return scope.user_id
