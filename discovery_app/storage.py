"""The object store: uploaded files, and the frames that phases hand on.

Keys are made by this app from ids, never from a person's file name. A write is
whole or absent: it goes to a temporary name, is flushed to disk and renamed.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Final
from uuid import UUID, uuid4

import fsspec
import polars as pl
from fsspec.core import url_to_fs

from discovery_app.config import settings
from discovery_app.errors import ConfigurationError, UnavailableError

_COPY_BYTES: Final = 1 << 20
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True)
class StoredFile:
    """What was stored: where, how many bytes, and their hash."""

    key: str
    size_bytes: int
    sha256: str


class ObjectStore:
    """Files by key, in a folder or in a bucket.

    Args:
        address: An fsspec address: a folder, or ``s3://bucket/prefix``.
    """

    def __init__(self, address: str) -> None:
        try:
            self._files, self._root = url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(
                f"The storage {address} cannot be used: {error} Set "
                "DISCOVERY_STORAGE_URL to a folder or an s3:// address."
            ) from error
        self._local = "file" in _protocols(self._files)
        self._away = _outages_of(self._files)

    def write(self, key: str, chunks: Iterable[bytes]) -> StoredFile:
        """Store ``chunks`` under ``key``, whole or not at all.

        Raises:
            UnavailableError: The store is full or cannot be reached.
        """
        digest, size = hashlib.sha256(), 0
        with self._whole(key) as target:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        return StoredFile(key, size, digest.hexdigest())

    def write_frame(self, key: str, frame: pl.DataFrame) -> None:
        """Store ``frame`` as Parquet, whole or not at all.

        Raises:
            UnavailableError: The store is full or cannot be reached.
        """
        with self._whole(key) as target:
            try:
                frame.write_parquet(target, compression="zstd", compression_level=1)
            except pl.exceptions.ComputeError as error:  # Of a full disk, too.
                raise OSError(str(error)) from error

    def read_frame(self, key: str) -> pl.DataFrame:
        """Read a frame back.

        Raises:
            UnavailableError: It is not there or cannot be reached.
        """
        with self.local_path(key) as path:
            return pl.read_parquet(path, memory_map=False)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """Give a path on this machine with the bytes of ``key``, to read only.

        Raises:
            UnavailableError: It is not there or cannot be reached.
        """
        if self._local:
            path = Path(self._path(key))
            if not path.exists():
                raise UnavailableError(_missing(key))
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="discovery-") as folder:
            path = Path(folder) / "object"
            try:
                self._files.get(self._path(key), str(path))
            except self._away as error:
                raise UnavailableError(_missing(key)) from error
            yield path

    def read(self, key: str) -> bytes:
        """Return the bytes of ``key``; for small files only.

        Raises:
            UnavailableError: It is not there or cannot be reached.
        """
        with self.local_path(key) as path:
            return path.read_bytes()

    def has(self, key: str) -> bool:
        """Return whether ``key`` is stored.

        Raises:
            UnavailableError: The store cannot be reached.
        """
        try:
            return bool(self._files.exists(self._path(key)))
        except self._away as error:
            raise UnavailableError(_missing(key)) from error

    def modified_at(self, key: str) -> datetime:
        """Return when ``key`` was stored, by the storage's clock.

        Raises:
            UnavailableError: It is not there or cannot be reached.
        """
        try:
            return self._files.modified(self._path(key))
        except self._away as error:
            raise UnavailableError(_missing(key)) from error

    def keys(self, prefix: str) -> list[str]:
        """Return every key under ``prefix``, in order; a write in the making is none.

        Raises:
            UnavailableError: The store cannot be reached.
        """
        root = self._path("")
        try:
            found = self._files.find(self._path(prefix))
        except self._away as error:
            raise UnavailableError(_missing(prefix)) from error
        keys = (path[path.index(root) + len(root) :] for path in found)
        return sorted(key for key in keys if "/." not in key)

    def delete(self, prefix: str) -> None:
        """Delete everything under ``prefix``; nothing there is no error.

        Raises:
            UnavailableError: The store cannot be reached, or forbids it.
        """
        try:
            self._files.rm(self._path(prefix), recursive=True)
        except FileNotFoundError:
            return
        except self._away as error:
            raise UnavailableError(_missing(prefix)) from error

    def prune(self, key: str) -> None:
        """Remove the empty folders above ``key``; a bucket has none.

        The first two levels stay: what is just being stored below them is another's.
        """
        if not self._local:
            return
        for folder in list(Path(key).parents)[:-3]:
            try:
                Path(self._path(str(folder))).rmdir()
            except OSError:  # It is not empty, or gone.
                return

    def _path(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{key}"

    @contextmanager
    def _whole(self, key: str) -> Iterator[IO[bytes]]:
        try:
            if self._local:
                with _whole_local(Path(self._path(key))) as target:
                    yield target
            else:
                with _whole_remote(self._files, self._path(key)) as target:
                    yield target
        except self._away as error:
            raise UnavailableError(
                "The storage did not take the file; check that it has room and can "
                f"be reached, then try again ({_words(error)})."
            ) from error


@contextmanager
def _whole_remote(files: fsspec.AbstractFileSystem, path: str) -> Iterator[IO[bytes]]:
    """Open a file that is sent to the bucket only when it is whole.

    A file that is opened in the bucket itself is closed, and so kept, half written.
    """
    with tempfile.TemporaryDirectory(prefix="discovery-") as folder:
        waiting = Path(folder) / "object"
        with waiting.open("w+b") as target:
            yield target
        files.put_file(str(waiting), path)


@contextmanager
def _whole_local(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears under ``path`` only when it is whole and on disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        descriptor = os.open(
            unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE
        )
        with os.fdopen(descriptor, "w+b") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _protocols(files: fsspec.AbstractFileSystem) -> tuple[str, ...]:
    protocol = files.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def _outages_of(files: fsspec.AbstractFileSystem) -> tuple[type[Exception], ...]:
    """Return what is raised where the storage is full or away."""
    if "s3" not in _protocols(files):
        return (OSError,)
    # Only who keeps files in a bucket pays for the import.
    from botocore.exceptions import BotoCoreError

    return (OSError, BotoCoreError)


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _missing(key: str) -> str:
    return (
        f"The stored file {key} cannot be read; check DISCOVERY_STORAGE_URL and that "
        "every machine sees the same storage."
    )


def read_chunks(source: IO[bytes]) -> Iterator[bytes]:
    """Return the bytes of ``source`` piece by piece."""
    while chunk := source.read(_COPY_BYTES):
        yield chunk


def upload_key(engagement_id: UUID, session_id: UUID, file_id: UUID) -> str:
    """Return the key of an uploaded file."""
    return f"uploads/{engagement_id}/{session_id}/{file_id}"


def staged_key(engagement_id: UUID, user_id: UUID, file_id: UUID) -> str:
    """Return the key of the manifest of an upload that was not started."""
    return f"staged/{engagement_id}/{user_id}/{file_id}.json"


def frame_key(
    engagement_id: UUID, workflow_id: UUID, run_number: int, phase: str, fence: int
) -> str:
    """Return the key prefix of the frames that one claim's phase leaves."""
    return f"frames/{engagement_id}/{workflow_id}/{run_number}/{phase}/{fence}"


def free_bytes() -> int:
    """Return the room left in the data directory."""
    folder = settings().data_dir.resolve()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


@lru_cache(maxsize=1)
def object_store() -> ObjectStore:
    """Return the store of this process."""
    return ObjectStore(settings().storage_address)
