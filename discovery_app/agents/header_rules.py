"""The rules that read a header which no source and no list is known to use."""

import re
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from discovery_app.agents.ambiguous_headers import (
    decide_by_values,
)
from discovery_app.agents.column import Column
from discovery_app.agents.judgement import (
    Judgement,
    ask,
    known_field,
    label,
    quoted,
    unmapped,
    weigh,
)
from discovery_app.agents.strengths import CONCEPT, CORRECTED, UNSURE
from discovery_app.domain.mapping import Outcome
from discovery_app.knowledge.fields import (
    ambiguous_headers,
    asset_spellings,
)
from discovery_app.knowledge.header_concepts import (
    ConceptMatch,
    are_known,
    is_count_of_processors,
    match_concepts,
)
from discovery_app.knowledge.header_vocabulary import CONCEPTS, EDGE_CONCEPTS
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.unit_choices import unit_fits
from discovery_app.knowledge.value_support import Support, support

_MOST_TYPOS: Final = 2
"""Letters wrong, missing, added or swapped; in as many words, or they are one more."""

_OWN_NAMES: Final = frozenset({"hostname", "fqdn"})
"""Fields whose values have the form of their name: ``DNSHostName`` may be either."""

_PARTED: Final = re.compile(r"[\s_-]+")
_SPELLING_TYPO_SCORE: Final = 90.0
_SHORTEST_TYPO: Final = 7
"""For whole spellings with a letter wrong; shorter ones have too many neighbours."""


def ambiguous(column: Column) -> Judgement | None:
    """Decide a header that means several things, or ask."""
    if column.is_connection:
        return None
    candidates = ambiguous_headers().get(column.normal)
    if candidates is None and is_count_of_processors(column.parts):
        candidates = ambiguous_headers()["cpucount"]
    if candidates is None and column.parts.unit:
        stem = normalise_header("".join(column.parts.words))
        candidates = ambiguous_headers().get(stem)
        unit = column.parts.unit
        candidates = candidates and tuple(c for c in candidates if unit_fits(c, unit))
    if not candidates:
        return None
    return decide_by_values(column.profile, column.table, candidates, column.parts)


def concept(column: Column) -> Judgement | None:
    """Find what the words of a header mean together."""
    concepts = EDGE_CONCEPTS if column.is_connection else CONCEPTS
    matches = match_concepts(column.parts, concepts)
    targets = list(dict.fromkeys(match.concept.target for match in matches))
    if not targets:
        return None
    reason = f"The words of {quoted(column.profile.header)} say {label(targets[0])}."
    if column.is_closed:
        return unmapped("header_words", _not_guessed(reason), targets)
    told_apart = [m for m in matches if _agrees(column, m.concept.target)]
    if {*targets} == _OWN_NAMES and column.profile.kind in _OWN_NAMES:
        told_apart = [m for m in matches if m.concept.target == column.profile.kind]
    if len(targets) > 1 and len(told_apart) == 1:
        return _concept_found(column, told_apart[0], reason)
    if len(targets) > 1:
        told = f"{reason} They may also say {label(targets[1])}."
        return ask(targets, UNSURE, "header_words", told, column.unit_for(targets[0]))
    return _concept_found(column, matches[0], reason)


def _agrees(column: Column, target: str) -> bool:
    return support(known_field(target), column.profile) is Support.AGREES


def _concept_found(column: Column, match: ConceptMatch, reason: str) -> Judgement:
    corrected = f" (read as {quoted(match.corrected)})" if match.corrected else ""
    target = match.concept.target
    found = weigh(
        column.profile,
        target,
        CORRECTED if match.corrected else CONCEPT,
        "fuzzy_words" if match.corrected else "header_words",
        f"{reason}{corrected}",
        column.unit_for(target),
        column.parts.is_share,
    )
    is_weak = bool(match.corrected) or match.concept.values_must_agree
    if is_weak and found.values is Support.CONTRADICTS:
        return unmapped("header_words", found.suggestion.reason, (target,))
    if match.concept.is_asked and found.is_confident:
        return found.changed(Outcome.REVIEW, "It may also be of something else.")
    return proven(found) if is_weak else found


def proven(found: Judgement) -> Judgement:
    """Return the judgement, in review unless the values agree."""
    if not found.is_confident or found.values is Support.AGREES:
        return found
    return found.changed(Outcome.REVIEW, "The values do not settle it.")


def _not_guessed(reason: str) -> str:
    return f"{reason} But this tool's headers are fixed and this is none of them."


@cache
def _long_spellings() -> tuple[str, ...]:
    return tuple(n for n in asset_spellings() if len(n) >= _SHORTEST_TYPO)


def misspelt(column: Column) -> Judgement | None:
    """Find a known spelling that differs by a letter or two."""
    too_short = len(column.normal) < _SHORTEST_TYPO
    if too_short or column.is_connection or column.is_closed or column.parts.is_share:
        return None
    near = process.extractOne(
        column.normal,
        _long_spellings(),
        scorer=fuzz.ratio,
        score_cutoff=_SPELLING_TYPO_SCORE,
    )
    if near is None or column.parts.unit or are_known(column.parts.words):
        return None
    spelling = asset_spellings()[near[0]][0]
    if not _is_typo(column, spelling.header, near[0]):
        return None
    reason = (
        f"{quoted(column.profile.header)} is nearly {quoted(spelling.header)}, a known "
        f"name of {label(spelling.field)}."
    )
    found = weigh(column.profile, spelling.field, CORRECTED, "fuzzy_header", reason)
    return proven(found)


def _is_typo(column: Column, header: str, normal: str) -> bool:
    """Return whether it is ``header`` with letters wrong, not with a word more."""
    typos = OSA.distance(column.normal, normal)
    same_words = len(_PARTED.split(column.profile.header)) == len(_PARTED.split(header))
    return typos <= (_MOST_TYPOS if same_words else 1)
