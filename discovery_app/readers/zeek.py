"""Zeek's logs: tab separated, with the headers behind ``#fields``.

From the Zeek manual, "Log Formats": lines that begin with ``#`` speak of the file
(``#separator``, ``#types``, ``#close``), ``-`` is an unset value and ``(empty)`` an
empty one.
"""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.readers.tables import ROW_NUMBER

_SEPARATOR: Final = re.compile(rb"^#separator \\x([0-9a-f]{2})[ \t]*\n")
_FIELDS: Final = re.compile(rb"(?m)^#fields(.)")
_HEAD: Final = 65_536


@dataclass(frozen=True)
class ZeekLog:
    """A log whose line of headers reads like any other.

    Attributes:
        content: The text; its lines are where they were.
        header_row: The line of the headers.
    """

    content: bytes
    delimiter: str
    header_row: int


def zeek_log(content: bytes) -> ZeekLog | None:
    """Return the log that a text is, or ``None`` if it is none."""
    declared = _SEPARATOR.match(content)
    found = _FIELDS.search(content, 0, _HEAD)
    if declared is None or found is None:
        return None
    delimiter = chr(int(declared[1], 16))
    if found[1].decode("latin-1") != delimiter:
        return None
    start, end = found.span()
    line = content.count(b"\n", 0, start) + 1
    return ZeekLog(content[:start] + content[end:], delimiter, line)


def rows_of_log(cells: pl.DataFrame) -> pl.Series:
    """Return which rows of a log are its headers and entries."""
    return ~cells["c0"].str.starts_with("#").fill_null(value=False)


def values_of_log(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells without what stands for no value."""
    texts = pl.exclude(ROW_NUMBER)
    blank = texts.is_in(["-", "(empty)"])
    return cells.with_columns(pl.when(~blank).then(texts).name.keep())
