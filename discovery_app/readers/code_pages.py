"""Which old code page a text without byte order mark and without UTF-8 is in.

Each candidate is judged by what the special letters become in it: letters of its
languages speak for it; a sign inside a word, a capital after a small letter and runs
of accented letters speak against it, as no language is written so.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from charset_normalizer import from_bytes

_SAMPLE_BYTES: Final = 65_536
_WESTERN: Final = "äöüßéèêëàâáãåçñóôòõøíîïìúùûæœšžÄÖÜÉÈÊÀÂÁÅÇÑÓÔØÍÎÚÆŒŠŽ"
_CENTRAL: Final = (
    "äöüßóáéíúýąćęłńśźżčďěňřšťůžőűëôâăîşţĄĆĘŁŃÓŚŹŻČĎĚŇŘŠŤŮŽÁÉÍÚÝÄÖÜŐŰÔÂĂÎŞŢ"
)
_CYRILLIC: Final = "".join(map(chr, range(0x410, 0x450))) + "ёЁєіїЄІЇ№"
_GREEK: Final = "".join(map(chr, range(0x386, 0x3CF)))

_LETTERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "cp1252": frozenset(_WESTERN),
        "mac-roman": frozenset(_WESTERN),
        "cp850": frozenset(_WESTERN),
        "cp1250": frozenset(_CENTRAL),
        "cp852": frozenset(_CENTRAL),
        "cp1254": frozenset(_WESTERN + "ğışĞİŞ"),
        "cp1251": frozenset(_CYRILLIC),
        "cp866": frozenset(_CYRILLIC),
        "koi8-r": frozenset(_CYRILLIC),
        "cp1253": frozenset(_GREEK),
    }
)
"""By code page, the likeliest first; an equal score does not displace it."""

_LATIN: Final = frozenset({"cp1252", "mac-roman", "cp850", "cp1250", "cp852", "cp1254"})
_EAST_ASIAN: Final = ("cp932", "gb18030", "cp949", "big5", "euc_jp")
_SIGNS: Final = frozenset("’‘“”„–—…•°§€£©®™±²³µ«»¿¡ªº·\u00a0")
_JOINING: Final = frozenset("’‘–—·-\u00a0")
"""Signs that may stand between letters."""

_RUN: Final = re.compile(r"[^\W\d_a-zA-Z]{5,}")
_MIXED: Final = re.compile(r"(?<=[a-zA-Z])[^\W\d_a-zA-Z]+|[^\W\d_a-zA-Z]+(?=[a-zA-Z])")
_AROUND: Final = 24
"""Bytes of context kept on each side of a special letter; chosen."""

_SPECIAL: Final = re.compile(
    rb"(?:[^\n\x80-\xff]{0,%d}[\x80-\xff]+)+[^\n\x80-\xff]{0,%d}" % (_AROUND, _AROUND)
)
_POOR: Final = 0.5
"""Score a special letter below which no alphabet fits; chosen, far from both what
its own code page gives (about 1) and what East Asian text gives (below 0)."""


def best_code_page(raw: bytes) -> str:
    """Return the name of the code page in which a text reads most like language."""
    sample = b"\n".join(_SPECIAL.findall(raw[: 64 * _SAMPLE_BYTES]))[:_SAMPLE_BYTES]
    if _is_japanese(sample):
        return "cp932"
    scores = {page: _score(sample, page) for page in _LETTERS}
    best = max(scores, key=lambda page: scores[page])
    if scores[best] >= _POOR:
        return best
    # These write a letter in two bytes, of which either may be any other's letter.
    found = from_bytes(sample, cp_isolation=list(_EAST_ASIAN)).best()
    return found.encoding if found is not None and len(sample) > 8 else "cp1252"


def _is_japanese(sample: bytes) -> bool:
    """Return whether most letters are kana and kanji; nothing else reads so."""
    text = sample.decode("cp932", errors="replace")
    special = [letter for letter in text if letter > "\x7f"]
    kana = sum("\u3040" <= letter <= "\u30ff" for letter in special)
    kanji = sum("\u4e00" <= letter <= "\u9fff" for letter in special)
    return kana >= 0.3 * len(special) and kana + kanji >= 0.8 * len(special) > 0


def _score(sample: bytes, page: str) -> float:
    """Return from about -2 to 1 how well a text's special letters read."""
    text = sample.decode(page, errors="replace")
    letters = _LETTERS[page]
    marks = [at for at, letter in enumerate(text) if letter > "\x7f"]
    if not marks:
        return 0.0
    total = sum(_worth(text, at, letters) for at in marks)
    # Other alphabets do not mix with Latin letters in one word, and Latin text has
    # no word of accented letters alone.
    odd = _RUN if page in _LATIN else _MIXED
    return (total - 2 * sum(map(len, odd.findall(text)))) / len(marks)


def _worth(text: str, at: int, letters: frozenset[str]) -> float:
    """Return what one special letter says, between its neighbours."""
    letter = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if letter in _SIGNS:
        inside = before.isalpha() and after.isalpha() and letter not in _JOINING
        return -1.0 if inside else 0.5
    if letter not in letters:
        return -1.0
    is_capital_inside = letter.isupper() and (
        before.islower() or (before.isalpha() and after.islower())
    )
    is_small_before_capital = letter.islower() and after.isupper()
    return -1.0 if is_capital_inside or is_small_before_capital else 1.0
