"""What a header means by its words, where no exact spelling is known.

A concept holds if every group of words it needs is touched and no word is left over
that it does not allow: ``Backup Server IP`` is no ``ip_address``, because nothing
allows ``backup``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process

from discovery_app.knowledge.header_synonyms import (
    ENGLISH,
    FILLERS,
    FOREIGN_FILLERS,
    SAME,
)
from discovery_app.knowledge.header_units import DIMENSIONS, HeaderParts
from discovery_app.knowledge.header_vocabulary import (
    CONCEPTS,
    EDGE_CONCEPTS,
    Concept,
)

TYPO_SCORE: Final = 84.0
"""How alike (0–100) a misspelt word and a known one must be; chosen on headers with
one or two letters wrong, missing or swapped."""

_SHORTEST_TYPO: Final = 5
"""Shorter words have too many neighbours to be taken for each other."""


@dataclass(frozen=True)
class ConceptMatch:
    """A concept that a header means, and whether a word had to be corrected."""

    concept: Concept
    corrected: str = ""


_SHORTEST_PIECE: Final = 2
"""Letters of a word that was written together with another one."""

_VOCABULARY: Final = (
    frozenset(SAME)
    | frozenset(SAME.values())
    | FILLERS
    | frozenset(
        word
        for concept in (*CONCEPTS, *EDGE_CONCEPTS)
        for group in (*concept.needs, concept.may)
        for word in group
    )
)
_ENGLISH: Final = _VOCABULARY - (frozenset(SAME) - frozenset(ENGLISH))
_LONG_WORDS: Final = tuple(
    sorted(word for word in _ENGLISH if len(word) >= _SHORTEST_TYPO)
)
"""What a misspelt word is taken for. Words of other languages are too many and too
near to English ones."""

_PARTS: Final = _VOCABULARY - FOREIGN_FILLERS
_SHORTEST_ABBREVIATION: Final = 3


@cache
def _pieces(word: str) -> tuple[str, ...]:
    """Return the two known words that ``word`` is written together from.

    ``hddcount`` is ``hdd count``. A word that is known itself, or that falls apart in
    more than one way, stays whole.
    """
    if _is_known(word):
        return (word,)
    cuts = range(_SHORTEST_PIECE, len(word) - _SHORTEST_PIECE + 1)
    found = [
        (word[:cut], word[cut:])
        for cut in cuts
        if word[:cut] in _PARTS and word[cut:] in _PARTS
    ]
    return found[0] if len(found) == 1 else (word,)


@cache
def _canonical(word: str) -> tuple[str, str]:
    """Return what ``word`` stands for, and the word it was corrected to, if it was."""
    if word in _VOCABULARY:
        return SAME.get(word, word), ""
    if word.endswith("s") and word[:-1] in _VOCABULARY:
        return SAME.get(word[:-1], word[:-1]), ""
    if word.endswith("ies") and f"{word[:-3]}y" in _VOCABULARY:
        single = f"{word[:-3]}y"
        return SAME.get(single, single), ""
    if len(word) < _SHORTEST_TYPO:
        return word, ""
    near = process.extractOne(
        word, _LONG_WORDS, scorer=fuzz.ratio, score_cutoff=TYPO_SCORE
    )
    if near is None or near[0][0] != word[0]:
        return word, ""
    return SAME.get(near[0], near[0]), near[0]


@cache
def _whole(word: str) -> str | None:
    """Return what ``word``, cut short by a point, stands for; ``None`` if unclear.

    ``Verantw.`` begins a known word, ``Umgebg.`` has its first and some later letters.
    All words that it may be must mean the same.
    """
    if word in _VOCABULARY or len(word) < _SHORTEST_ABBREVIATION:
        return None
    begun = {SAME.get(v, v) for v in _VOCABULARY if v.startswith(word)}
    if not begun:
        begun = {SAME.get(v, v) for v in _VOCABULARY if _is_cut_from(word, v)}
    return begun.pop() if len(begun) == 1 else None


def _is_cut_from(word: str, whole: str) -> bool:
    letters = iter(whole)
    same_start = whole.startswith(word[:_SHORTEST_ABBREVIATION])
    return same_start and all(letter in letters for letter in word)


def is_count_of_processors(parts: HeaderParts) -> bool:
    """Return whether a header counts processors, which may be cores or sockets."""
    words = {_canonical(word)[0] for word in parts.words} - FILLERS
    return words == {"cpu", "count"} and parts.unit is None


def are_known(words: Sequence[str]) -> bool:
    """Return whether every one of ``words`` is known as it is written."""
    return all(_canonical(w)[1] == "" and _is_known(w) for w in words)


def _is_known(word: str) -> bool:
    return word in _VOCABULARY or word.rstrip("s") in _VOCABULARY


def match_concepts(
    parts: HeaderParts, concepts: Sequence[Concept] = CONCEPTS
) -> list[ConceptMatch]:
    """Return the concepts that a header's words fit, the most telling first."""
    written = {w: _whole(w) for w in parts.abbreviated.intersection(parts.words)}
    pieces = [_pieces(written.get(word) or word) for word in parts.words]
    canonical = [_canonical(word) for found in pieces for word in found]
    words = {word for word, _ in canonical if word not in FILLERS}
    words |= {word for word, _ in canonical if word in {"to", "in"}}
    if parts.is_share and parts.unit == "percent":
        words.add("util")
    changed = [correction for _, correction in canonical if correction]
    changed += [" ".join(found) for found in pieces if len(found) > 1]
    changed += [whole for whole in written.values() if whole]
    corrected = " ".join(changed)
    fitting = [c for c in concepts if _fits(c, words - {"in"} | _kept_in(c, words))]
    fitting = [c for c in fitting if _unit_fits(c, parts)]
    fitting.sort(key=lambda concept: -len(concept.needs))
    return [ConceptMatch(concept, corrected) for concept in fitting]


def _kept_in(concept: Concept, words: set[str]) -> set[str]:
    """Keep ``in`` only for those concepts that speak of a direction."""
    directed = any("in" in group for group in concept.needs)
    return {"in"} & words if directed else set()


def _fits(concept: Concept, words: set[str]) -> bool:
    left = set(words) - concept.may
    for group in concept.needs:
        if group.isdisjoint(words):
            return False
        left -= group
    return not left


def _unit_fits(concept: Concept, parts: HeaderParts) -> bool:
    if parts.unit is None:
        return not concept.needs_unit
    return DIMENSIONS[parts.unit] == concept.unit
