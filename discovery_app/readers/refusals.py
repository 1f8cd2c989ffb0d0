"""What a file is, judged by its content, and why it may be refused."""

import mmap
import re
import zipfile
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Final

from discovery_app.errors import FileRefusedError
from discovery_app.readers.archives import MOST_FILES, members
from discovery_app.readers.encodings import encoding_by_mark, is_utf16
from discovery_app.readers.tables import Limits


class FileKind(StrEnum):
    """Which reader a file needs."""

    TEXT = "text"
    JSON = "json"
    GZIP = "gzip"
    ZIP = "zip"
    WORKBOOK = "workbook"
    WORKBOOK_BINARY = "workbook_binary"
    WORKBOOK_OLD = "workbook_old"
    WORKBOOK_OPEN_DOCUMENT = "workbook_open_document"


HEAD_BYTES: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS: Final = "open it and save it as XLSX or as “CSV UTF-8”, then upload that."

_JSON_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson"})
_ARCHIVE_SUFFIXES: Final = frozenset({".gz", ".zip"})
_TEXT_SUFFIXES: Final = frozenset({"", ".csv", ".tsv", ".tab", ".psv", ".txt", ".log"})
_WORKBOOK_SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})

_SUFFIXES: Final = {
    FileKind.TEXT: _TEXT_SUFFIXES,
    FileKind.JSON: _JSON_SUFFIXES | _TEXT_SUFFIXES,
    FileKind.GZIP: _ARCHIVE_SUFFIXES,
    FileKind.ZIP: _ARCHIVE_SUFFIXES,
}
"""Endings of names by kind; all other kinds are workbooks."""

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "picture", "a picture"),
    (b"\xff\xd8\xff", "picture", "a picture"),
    (b"GIF87a", "picture", "a picture"),
    (b"GIF89a", "picture", "a picture"),
    (b"II*\x00", "picture", "a picture"),
    (b"MM\x00*", "picture", "a picture"),
    (b"RIFF", "binary_file", "a sound, film or picture file"),
    (b"%PDF-", "pdf", "a PDF document"),
    (b"{\\rtf", "document", "a text document"),
    (b"BZh91AY", "compressed", "a compressed file"),
    (b"\xfd7zXZ\x00", "compressed", "a compressed file"),
    (b"(\xb5/\xfd", "compressed", "a compressed file"),
    (b"7z\xbc\xaf'\x1c", "compressed", "a compressed file"),
    (b"Rar!\x1a\x07", "compressed", "a compressed file"),
    (b"\x7fELF", "binary_file", "a program"),
    (b"SQLite format 3\x00", "binary_file", "a database file"),
    (b"PAR1", "binary_file", "a Parquet file"),
    (b"ID3\x03", "binary_file", "a sound file"),
    (b"ID3\x04", "binary_file", "a sound file"),
)
"""First bytes of kinds of file that hold no table we read."""

_HTML: Final = re.compile(
    rb"(?is)^\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|table)"
)
_XML: Final = re.compile(rb"(?s)^\s*<\?xml")
_JSON: Final = re.compile(rb'(?s)^\s*(\{\s*["}]|\[\s*[{\[\]])')
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_SHARE: Final = 0.01
"""Share of control characters above which bytes are no text; chosen."""


def check_file(path: Path, file_name: str, limits: Limits | None = None) -> FileKind:
    """Refuse what can be refused from a glance; cheap also for large files.

    Args:
        path: Where the bytes lie.
        file_name: The name the person gave the file.
        limits: How large it may be unpacked.

    Returns:
        What the content is, which may differ from what the name says.

    Raises:
        FileRefusedError: The file holds no table that can be read; its ``rule`` says
            why and its sentence what to do.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        raise FileRefusedError(
            file_name, "unreadable", "The file cannot be read; upload it again."
        ) from None
    if _is_blank(head, size):
        raise FileRefusedError(
            file_name,
            "empty_file",
            "The file is empty; export it again and upload the new file.",
        )
    _refuse_by_suffix(file_name)
    if head.startswith(b"PK"):
        return _check_package(path, file_name, limits or Limits())
    if head.startswith(_OLE):
        return _check_ole(path, file_name)
    if head.startswith(_GZIP):
        return FileKind.GZIP
    _refuse_by_content(head, file_name)
    return FileKind.JSON if _is_json(head) else FileKind.TEXT


def suffix_fits(file_name: str, kind: FileKind) -> bool:
    """Return whether the name's ending is one that this kind of file has."""
    suffix = PurePath(file_name).suffix.lower()
    if suffix[1:].isdigit():
        # The end of a date or a version, as in "servers 2024.01".
        return True
    return suffix in _SUFFIXES.get(kind, _WORKBOOK_SUFFIXES)


def _is_blank(head: bytes, size: int) -> bool:
    text = head
    if (marked := encoding_by_mark(head)) is not None:
        text = head.decode(marked, errors="ignore").strip("\ufeff \t\r\n\x00").encode()
    return size <= HEAD_BYTES and not text.strip(b" \t\r\n\x00")


def _refuse_by_suffix(file_name: str) -> None:
    suffix = PurePath(file_name).suffix.lower()
    known = _TEXT_SUFFIXES | _WORKBOOK_SUFFIXES | _JSON_SUFFIXES | _ARCHIVE_SUFFIXES
    if suffix in known:
        return
    if (
        suffix
        and suffix[1:].isalnum()
        and len(suffix) <= 6
        and not suffix[1:].isdigit()
    ):
        raise FileRefusedError(
            file_name,
            "unsupported_type",
            f"Files of the type {suffix} are not read; upload CSV, TSV or XLSX.",
        )


def _is_json(head: bytes) -> bool:
    if (marked := encoding_by_mark(head)) is not None:
        text = head[: len(head) // 4 * 4].decode(marked, errors="ignore")
        head = text.lstrip("\ufeff").encode()
    return _JSON.match(head) is not None


def _check_zip(parts: int, file_name: str) -> FileKind:
    if parts == 0:
        raise FileRefusedError(
            file_name,
            "zip_without_tables",
            "The ZIP file holds no CSV, JSON or workbook; upload the exports "
            "themselves.",
        )
    if parts > MOST_FILES:
        raise FileRefusedError(
            file_name,
            "zip_too_many_files",
            f"The ZIP file holds {parts:,} tables and at most {MOST_FILES} are read; "
            "upload those that belong together.",
        )
    return FileKind.ZIP


def _refuse_by_content(head: bytes, file_name: str) -> None:
    for signature, rule, name in _SIGNATURES:
        if head.startswith(signature):
            raise FileRefusedError(
                file_name,
                rule,
                f"This is {name}, not a table; upload the export as CSV or XLSX.",
            )
    if _HTML.match(head):
        raise FileRefusedError(
            file_name, "html", f"This is a web page under another name; {_SAVE_AS}"
        )
    if _XML.match(head):
        raise FileRefusedError(file_name, "xml", f"This is an XML file; {_SAVE_AS}")
    if not is_utf16(head) and _looks_binary(head):
        raise FileRefusedError(
            file_name,
            "binary_file",
            "The file holds no readable text; upload the export as CSV or XLSX.",
        )


def _looks_binary(head: bytes) -> bool:
    # A few in a short text are a slip of a tool, not another kind of file.
    return len(_CONTROLS.findall(head)) > 4 + _CONTROL_SHARE * len(head)


def _check_ole(path: Path, file_name: str) -> FileKind:
    """Tell old workbooks from encrypted new ones; both wear the same clothes."""
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise _password_refused(file_name)
        # Excel writes the first two, some other tools capitals.
        names = ("Workbook", "Book", "WORKBOOK", "BOOK")
        if any(content.find(f"{name}\0".encode("utf-16-le")) >= 0 for name in names):
            return FileKind.WORKBOOK_OLD
    raise FileRefusedError(
        file_name,
        "document",
        "This is an old Office document without a sheet; upload CSV or XLSX.",
    )


def _password_refused(file_name: str) -> FileRefusedError:
    return FileRefusedError(
        file_name,
        "password_protected",
        "The workbook is protected by a password; remove it in Excel under File > Info "
        "> Protect Workbook and upload it again.",
    )


def damaged_refused(file_name: str) -> FileRefusedError:
    """Return the error for a workbook that cannot be opened."""
    return FileRefusedError(
        file_name,
        "damaged_workbook",
        "The workbook is damaged or was cut off on the way; open it in Excel, let it "
        "repair the file, save it and upload it again.",
    )


def _check_package(path: Path, file_name: str, limits: Limits) -> FileKind:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            kind = _package_kind(package, file_name)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise damaged_refused(file_name) from None
    if any(part.flag_bits & 1 for part in parts):
        raise _password_refused(file_name)
    _refuse_bomb(parts, file_name, limits)
    return kind


def _package_kind(package: zipfile.ZipFile, file_name: str) -> FileKind:
    names = set(package.namelist())
    if any(re.fullmatch(r"xl/workbook\w*\.xml", name) for name in names):
        return FileKind.WORKBOOK
    if "xl/workbook.bin" in names:
        return FileKind.WORKBOOK_BINARY
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        with package.open("META-INF/manifest.xml") as manifest:
            head = manifest.read(HEAD_BYTES)
        if b"encryption-data" in head:
            raise _password_refused(file_name)
        if b"opendocument.spreadsheet" in head:
            return FileKind.WORKBOOK_OPEN_DOCUMENT
    if any(name.startswith(("word/", "ppt/", "Index/")) for name in names):
        raise FileRefusedError(
            file_name,
            "document",
            f"This is a document or a presentation, not a workbook; {_SAVE_AS}",
        )
    if PurePath(file_name).suffix.lower() in _WORKBOOK_SUFFIXES:
        raise damaged_refused(file_name)
    return _check_zip(len(members(package)), file_name)


def _refuse_bomb(parts: list[zipfile.ZipInfo], file_name: str, limits: Limits) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    # Small workbooks of repeated cells may pack well; only large ones can hurt.
    hurts = unpacked > limits.workbook_bytes // 8 and unpacked > limits.ratio * packed
    if unpacked > limits.workbook_bytes or hurts:
        raise bomb_refused(file_name, unpacked)


def bomb_refused(file_name: str, unpacked: int) -> FileRefusedError:
    """Return the error for a workbook that would fill the memory."""
    return FileRefusedError(
        file_name,
        "workbook_too_large",
        f"The workbook would unpack to {unpacked / 1024**2:,.0f} MB, which is more "
        "than is safe to open; split it, or export the sheets that matter as CSV.",
    )
