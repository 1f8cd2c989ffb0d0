"""Gzip and ZIP: what lies inside is unpacked to a temporary folder, never past a limit.

Only one layer is opened. Sizes that an archive declares are not believed: what comes
out is counted while it is written.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Final

from discovery_app.errors import FileRefusedError
from discovery_app.readers.tables import Limits

READ_INSIDE: Final = frozenset(
    {".csv", ".tsv", ".tab", ".psv", ".txt", ".json", ".jsonl", ".ndjson"}
    | {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
)
MOST_FILES: Final = 200
"""Files in one ZIP; chosen."""

_CHUNK: Final = 1_048_576
_FREE: Final = 64 * 1024**2
"""Up to here any rate of packing is harmless; chosen."""

_BAD: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""What the standard library raises for archives that are cut off or made up."""


@contextmanager
def unpacked_gzip(path: Path, file_name: str, limits: Limits) -> Iterator[Path]:
    """Give the file inside a gzip file, as long as the context lasts.

    Raises:
        FileRefusedError: It is damaged, or would unpack to too much.
    """
    with TemporaryDirectory(prefix="discovery-read-") as folder:
        target = Path(folder) / "unpacked"
        try:
            with gzip.open(path, "rb") as stream:
                _copy(stream, target, file_name, limits, path.stat().st_size, 0)
        except _BAD:
            raise damaged_archive(file_name) from None
        yield target


@contextmanager
def unpacked_zip(
    path: Path, file_name: str, limits: Limits
) -> Iterator[list[tuple[str, Path]]]:
    """Give the tables inside a ZIP file as (name, path), as long as the context lasts.

    Raises:
        FileRefusedError: It is damaged, or would unpack to too much.
    """
    with TemporaryDirectory(prefix="discovery-read-") as folder:
        found: list[tuple[str, Path]] = []
        total, packed = 0, path.stat().st_size
        try:
            with zipfile.ZipFile(path) as package:
                for number, part in enumerate(members(package)):
                    target = Path(folder) / str(number)
                    with package.open(part) as stream:
                        total += _copy(stream, target, file_name, limits, packed, total)
                    found.append((PurePosixPath(part.filename).name, target))
        except _BAD:
            raise damaged_archive(file_name) from None
        yield found


def members(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of a ZIP that are read, without what systems put beside them."""
    return [
        part
        for part in package.infolist()
        if PurePosixPath(part.filename).suffix.lower() in READ_INSIDE
        and not _is_of_a_system(part)
    ]


def left_out(path: Path, file_name: str) -> list[str]:
    """Return the names of the files of a ZIP that are not read, as it spells them.

    Raises:
        FileRefusedError: It is damaged.
    """
    try:
        with zipfile.ZipFile(path) as package:
            read = {part.filename for part in members(package)}
            return [
                part.filename
                for part in package.infolist()
                if part.filename not in read
                and not part.is_dir()
                and not _is_of_a_system(part)
            ]
    except _BAD:
        raise damaged_archive(file_name) from None


def _is_of_a_system(part: zipfile.ZipInfo) -> bool:
    """Return whether a system put a file beside the person's own."""
    name = PurePosixPath(part.filename).name
    return part.filename.startswith("__MACOSX/") or name.startswith((".", "~$"))


def _copy(
    stream: IO[bytes] | gzip.GzipFile,
    target: Path,
    name: str,
    limits: Limits,
    packed: int,
    before: int,
) -> int:
    """Write a stream to ``target`` and return its length."""
    written = 0
    with target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            total = before + written
            is_bomb = total > _FREE and total > limits.ratio * max(packed, 1)
            if total > limits.workbook_bytes or is_bomb:
                raise archive_bomb(name)
            out.write(chunk)
    return written


def damaged_archive(file_name: str) -> FileRefusedError:
    """Return the error for an archive that cannot be unpacked."""
    return FileRefusedError(
        file_name,
        "damaged_archive",
        "The archive is damaged or was cut off on the way; upload it again, or the "
        "files inside it.",
    )


def archive_bomb(file_name: str) -> FileRefusedError:
    """Return the error for an archive that would fill the disk."""
    return FileRefusedError(
        file_name,
        "archive_too_large",
        "The archive unpacks to more than is safe to read; upload the files that "
        "matter on their own.",
    )
