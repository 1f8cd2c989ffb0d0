"""Taking in the bytes of one file: stored whole and worth reading, or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from discovery_app.config import settings
from discovery_app.domain.access import Scope
from discovery_app.errors import FileRefusedError
from discovery_app.readers import Limits, check_file
from discovery_app.services.data_imports import NewFile
from discovery_app.storage import ObjectStore, upload_key

_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class UploadedFile:
    """A file that a person gave: its name and where to read its bytes."""

    name: str
    chunks: Iterable[bytes]


def take_in(
    store: ObjectStore, scope: Scope, folder_id: UUID, file: UploadedFile
) -> NewFile:
    """Store ``file`` under ``folder_id`` and look at it.

    Raises:
        FileRefusedError: It is empty, too large, damaged or no inventory. Its bytes
            are still stored; whoever made the folder takes it away.
        UnavailableError: The storage is full or away.
    """
    file_id = uuid4()
    name = Path(file.name.replace("\\", "/")).name or "unnamed"
    key = upload_key(scope.engagement_id, folder_id, file_id)
    stored = store.write(key, _limited(name, file.chunks))
    with store.local_path(key) as path:
        check_file(path, name, reading_limits())
    return NewFile(file_id, name, stored.size_bytes, stored.sha256, key)


def forget_folder(store: ObjectStore, scope: Scope, folder_id: UUID) -> None:
    """Take away every file that was stored under ``folder_id``."""
    store.delete(f"uploads/{scope.engagement_id}/{folder_id}")


def reading_limits() -> Limits:
    """Return how large a file may be to be read."""
    return Limits(workbook_bytes=settings().workbook_limit_mb * _MEGABYTE)


def _limited(name: str, chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Return ``chunks`` until they are more than an upload may have.

    Raises:
        FileRefusedError: The file is larger than ``upload_limit_mb``.
    """
    limit, taken = settings().upload_limit_mb * _MEGABYTE, 0
    for chunk in chunks:
        taken += len(chunk)
        if taken > limit:
            raise FileRefusedError(
                name,
                "too_large",
                f"it is larger than {settings().upload_limit_mb} MB; split it, or ask "
                "the operator to raise DISCOVERY_UPLOAD_LIMIT_MB. Nothing was stored.",
            )
        yield chunk
