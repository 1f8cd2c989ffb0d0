"""Builders of files, good and bad."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter


def write_text(folder: Path, text: str, encoding: str = "utf-8", name="a.csv") -> Path:
    """Write ``text`` as it is, line ends included."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_bytes(folder: Path, content: bytes, name: str = "a.csv") -> Path:
    """Write ``content``."""
    path = folder / name
    path.write_bytes(content)
    return path


def write_workbook(
    folder: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    name: str = "a.xlsx",
    hidden: Sequence[str] = (),
) -> Path:
    """Write a workbook; ``None`` leaves a cell out."""
    path = folder / name
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets.items():
            sheet = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is None:
                        continue
                    if hasattr(value, "year"):
                        sheet.write_datetime(number, column, value, day)
                    else:
                        sheet.write(number, column, value)
            if title in hidden:
                sheet.hide()
    return path


def replace_part(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Replace bytes in one part of a workbook."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    if old not in parts[part]:
        raise AssertionError(f"{old!r} is not in {part}.")
    parts[part] = parts[part].replace(old, new)
    path.write_bytes(zipped(parts))


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file of ``parts``."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def old_workbook(*records: tuple[int, bytes]) -> bytes:
    """Return an XLS file: three sectors of the container, then BIFF records."""
    stream = b"".join(struct.pack("<HH", kind, len(d)) + d for kind, d in records)
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    head = bytearray(512)
    head[:8] = OLE[:8]
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIII", head, 44, 1, 1, 0, 4096, 0xFFFFFFFE)
    struct.pack_into("<II", head, 68, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    chain = [*range(3, count + 2), 0xFFFFFFFE]
    table = [0xFFFFFFFD, 0xFFFFFFFE, *chain]
    table += [0xFFFFFFFF] * (128 - len(table))
    folder = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    folder += _entry("Workbook", 2, 2, len(stream)) + bytes(256)
    return bytes(head) + struct.pack("<128I", *table) + folder + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF):
    text = f"{name}\0".encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + links
    return head.ljust(116, b"\0") + struct.pack("<II", start, size) + bytes(4)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def ole(*names: str) -> bytes:
    """Return the beginning of an old Office file with streams of these names."""
    return OLE + b"".join(f"{name}\0".encode("utf-16-le") for name in names) + bytes(64)
