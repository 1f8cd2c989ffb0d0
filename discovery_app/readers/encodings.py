"""From bytes to UTF-8: which encoding a text file is in."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from discovery_app.errors import FileRefusedError
from discovery_app.readers.code_pages import best_code_page
from discovery_app.readers.tables import Note

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7"}
)
"""Codecs of the library that are no encodings of files."""

_MIXED_SHARE: Final = 0.2
"""Share of the lines with special letters that must be UTF-8 for a file to count as
mixed, chosen: text of another encoding is almost never UTF-8 by accident."""


@dataclass(frozen=True)
class Decoded:
    """A text file as UTF-8 without byte order mark.

    Attributes:
        content: The text as UTF-8.
        encoding: Name of the encoding that the file was in.
        notes: What was unsure about it.
    """

    content: bytes
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(raw: bytes, file_name: str, encoding: str | None = None) -> Decoded:
    """Return a text file's content as UTF-8.

    A byte order mark decides; else UTF-8 if every byte fits it; else the code
    page in which the letters read most like a language.

    Args:
        raw: The file's bytes.
        file_name: The name the person gave the file.
        encoding: The person's correction, which goes before any rule.

    Raises:
        FileRefusedError: The correction names no encoding, or not this file's.
    """
    if encoding:
        return _decode_as(raw, file_name, encoding)
    found = encoding_by_mark(raw) or _utf16_without_mark(raw)
    if found:
        return _decode_as(raw, file_name, found)
    if raw.isascii() or _is_utf8(raw):
        return Decoded(raw, "utf-8")
    return _decode_code_page(raw)


def encoding_by_mark(raw: bytes) -> str | None:
    """Return the encoding that the byte order mark at the start names, if any."""
    return next((name for mark, name in _BOMS if raw.startswith(mark)), None)


def is_utf16(raw: bytes) -> bool:
    """Return whether these first bytes of a file are UTF-16 or UTF-32 text."""
    marked = encoding_by_mark(raw)
    return marked in {"utf-16", "utf-32"} or _utf16_without_mark(raw) is not None


def _utf16_without_mark(raw: bytes) -> str | None:
    """Tell UTF-16 by its zero bytes: every second byte of Latin text is one."""
    sample = raw[:4096]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 8 or 0 not in sample:
        return None
    low, high = sample[0::2], sample[1::2]
    if high.count(0) > 0.7 * len(high) and low.count(0) < 0.05 * len(low):
        return "utf-16-le"
    if low.count(0) > 0.7 * len(low) and high.count(0) < 0.05 * len(high):
        return "utf-16-be"
    return None


def _is_utf8(raw: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for part in _parts(raw):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _parts(raw: bytes, size: int = 4 * 1024 * 1024) -> Iterator[memoryview]:
    view = memoryview(raw)
    for start in range(0, len(view), size):
        yield view[start : start + size]


def _decode_as(raw: bytes, file_name: str, encoding: str) -> Decoded:
    try:
        if codecs.lookup(encoding).name.replace("-", "_") in _NOT_TEXT:
            raise LookupError(encoding)
        # A correction to plain UTF-8 or UTF-16 must not leave the mark in the text.
        text = raw.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise FileRefusedError(
            file_name,
            "encoding_unknown",
            f"There is no text encoding called {encoding[:40]!r}; choose one of utf-8, "
            "utf-16, cp1252, latin-1 or mac-roman.",
        ) from None
    except (UnicodeDecodeError, ValueError):
        raise FileRefusedError(
            file_name,
            "encoding_does_not_fit",
            f"The file is not text in {encoding[:40]}; save it again as "
            "“CSV UTF-8” or choose another encoding.",
        ) from None
    return Decoded(_encode(text), encoding)


def _encode(text: str) -> bytes:
    """Encode as UTF-8; halves of surrogate pairs become question marks."""
    return text.encode("utf-8", errors="replace")


def _decode_code_page(raw: bytes) -> Decoded:
    encoding = best_code_page(raw)
    lines = raw.split(b"\n")
    special = [n for n, line in enumerate(lines) if not line.isascii()]
    good = {n for n in special if _is_utf8(lines[n])}
    if len(good) < _MIXED_SHARE * len(special) or not good:
        note = Note(
            rule="encoding_detected",
            severity="info",
            message=f"The file is not UTF-8 and was read as {encoding}.",
            fix="If letters look wrong, correct the encoding or save the file as "
            "“CSV UTF-8”.",
        )
        return Decoded(_encode(_text(raw, encoding)), encoding, (note,))
    odd = [n for n in special if n not in good]
    for n in odd:
        lines[n] = _encode(_text(lines[n], encoding))
    return Decoded(b"\n".join(lines), "utf-8", (_mixed_note(odd, encoding),))


def _mixed_note(odd: list[int], encoding: str) -> Note:
    return Note(
        rule="encoding_mixed",
        severity="warning",
        message=f"{len(odd)} of the file's lines are not UTF-8 like the rest; they "
        f"were read as {encoding}.",
        fix="Check the special letters in these lines, the first of which is named.",
        row=odd[0] + 1,
    )


def _text(raw: bytes, encoding: str) -> str:
    # The five bytes that cp1252 leaves open are read as latin-1 reads them.
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "cp1252":
            return raw.decode("latin-1")
        return raw.decode(encoding, errors="replace")
