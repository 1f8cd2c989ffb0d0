"""What one column means: every rule in its order of strength.

A rule either says nothing (``None``) or gives a ``Judgement``; the first that speaks
decides. Wrong at "confident" is the worst error, so whatever the values of the
column contradict goes to a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process

from discovery_app.agents.ambiguous_headers import decide_by_values
from discovery_app.agents.judgement import (
    Judgement,
    ask,
    label,
    quoted,
    unmapped,
    weigh,
)
from discovery_app.domain.mapping import (
    ColumnProfile,
    MappingSuggestion,
    Outcome,
    RememberedMapping,
)
from discovery_app.knowledge.fields import (
    EDGE_PREFIX,
    FOREIGN_LANGUAGES,
    HeaderSpelling,
    ambiguous_headers,
    asset_spellings,
    edge_spellings,
    field_of_target,
    is_target,
)
from discovery_app.knowledge.header_concepts import (
    CONCEPTS,
    EDGE_CONCEPTS,
    ConceptMatch,
    match_concepts,
)
from discovery_app.knowledge.header_patterns import match_pattern
from discovery_app.knowledge.header_units import DIMENSIONS, HeaderParts, split_header
from discovery_app.knowledge.headers import is_never_imported, normalise_header
from discovery_app.knowledge.source_headers import (
    ASIDE,
    CLOSED_SOURCES,
    SOURCE_BOUND,
    SURE_WITHOUT_PROOF,
    preset_meaning,
    related_meaning,
)
from discovery_app.knowledge.value_support import Support

PRESET: Final = 0.98
REMEMBERED: Final = 0.97
PATTERN: Final = 0.96
EXACT: Final = 0.95
FOREIGN: Final = 0.93
UNIT_STRIPPED: Final = 0.91
BOUND: Final = 0.86
CONCEPT: Final = 0.85
CORRECTED: Final = 0.82
UNSURE: Final = 0.65
"""Confidence by rule: an order of strength, chosen and not measured. All but the
last are at or above ``judgement.CONFIDENT``."""

_SPELLING_TYPO_SCORE: Final = 90.0
_SHORTEST_TYPO: Final = 7
"""For whole spellings with a letter wrong; shorter ones have too many neighbours."""


@dataclass(frozen=True)
class Column:
    """A column with all that its rules look at.

    Attributes:
        table: All columns of its table.
        remembered: The target by normalised header, as this client confirmed it.
    """

    source: str
    profile: ColumnProfile
    table: Sequence[ColumnProfile]
    remembered: Mapping[str, str | None]
    normal: str
    parts: HeaderParts

    @property
    def is_connection(self) -> bool:
        """Whether its table holds connections."""
        return self.profile.role == "connections"

    @property
    def is_closed(self) -> bool:
        """Whether a tool fixes its headers, so that none is guessed at."""
        return self.source in CLOSED_SOURCES and not self.is_connection


Rule = Callable[[Column], Judgement | None]


def memory_of(
    source: str, memory: Sequence[RememberedMapping]
) -> dict[str, str | None]:
    """Return what the client confirmed for exports of ``source``, by header."""
    return {
        entry.header: entry.target
        for entry in memory
        if entry.source == source and (entry.target is None or is_target(entry.target))
    }


def judge(
    source: str,
    profile: ColumnProfile,
    table: Sequence[ColumnProfile],
    remembered: Mapping[str, str | None],
) -> Judgement:
    """Return what one column means by the strongest rule that speaks."""
    column = Column(
        source,
        profile,
        table,
        remembered,
        normalise_header(profile.header),
        split_header(profile.header),
    )
    if is_never_imported(profile.header):
        return _never_imported(profile)
    if profile.role == "related":
        return _related(column)
    found = next((j for rule in _RULES if (j := rule(column))), None)
    found = found or unmapped("no_match", _nothing(profile))
    return _with_memory(column, found)


def _nothing(profile: ColumnProfile) -> str:
    if not profile.header.strip():
        return "The column has no header; it is kept as a custom field."
    return f"No rule knows {quoted(profile.header)}; it is kept as a custom field."


def _never_imported(profile: ColumnProfile) -> Judgement:
    reason = (
        f"{quoted(profile.header)} looks like a credential; such columns are never "
        "taken in."
    )
    suggestion = MappingSuggestion(
        None, Outcome.NEVER_IMPORTED, 1.0, "never_import", reason
    )
    return Judgement(suggestion)


def _related(column: Column) -> Judgement:
    profile = column.profile
    headers = [other.header for other in column.table]
    meaning = related_meaning(
        column.source, profile.sheet, profile.file, headers, profile.header
    )
    if meaning is None:
        return unmapped("related_table", "This table only adds to the assets.")
    name = quoted(profile.header)
    reason = f"In this table of the export {name} adds {label(meaning.field)}."
    found = _confident(meaning.field, PRESET, "preset", reason, meaning.unit)
    return replace(found, order=meaning.order)


def _with_memory(column: Column, found: Judgement) -> Judgement:
    """Return what the client confirmed before, where that differs from the rules."""
    if column.normal not in column.remembered:
        return found
    target = column.remembered[column.normal]
    said = (
        f"This client's people confirmed it before for {quoted(column.profile.header)}."
    )
    if target is None:
        return unmapped("memory", f"{said} It stays a custom field.")
    if target.startswith(EDGE_PREFIX) is not column.is_connection:
        return found
    old = found.suggestion
    if old.target == target:
        sure = found.values is not Support.CONTRADICTS
        outcome = Outcome.CONFIDENT if sure else Outcome.REVIEW
        confidence = max(old.confidence, REMEMBERED) if sure else old.confidence
        rule = old.rule if found.is_confident else "memory"
        new = replace(
            old,
            outcome=outcome,
            confidence=confidence,
            rule=rule,
            reason=f"{old.reason} {said}",
        )
        return replace(found, suggestion=new)
    return weigh(
        column.profile, target, REMEMBERED, "memory", said, _unit_for(target, column)
    )


def _unit_for(target: str, column: Column) -> str | None:
    """Return the header's unit if ``target`` can take it."""
    unit = column.parts.unit
    return unit if unit and _unit_fits(target, unit) else None


def _unit_fits(target: str, unit: str) -> bool:
    field = field_of_target(target)
    own = field.unit if field else None
    return own is not None and DIMENSIONS.get(own) == DIMENSIONS[unit]


def _pattern(column: Column) -> Judgement | None:
    found = match_pattern(column.profile.header)
    if column.is_connection or found is None:
        return None
    reason = f"{quoted(column.profile.header)} is one of several numbered columns."
    if found.target is None:
        return unmapped(found.rule, f"{reason} The schema has no field for them.")
    unit = found.unit or ("GB" if column.source == "azure_migrate" else None)
    if found.target.endswith("_iops"):
        unit = None
    judged = weigh(column.profile, found.target, PATTERN, found.rule, reason, unit)
    return replace(judged, order=found.number)


def _preset(column: Column) -> Judgement | None:
    if column.is_connection:
        return None
    aside = ASIDE.get((column.source, column.normal))
    if aside:
        reason = f"{quoted(column.profile.header)} is not safely {label(aside)}."
        return unmapped("preset_aside", reason, (aside,))
    meaning = preset_meaning(column.source, column.profile.header)
    if meaning is None:
        return None
    reason = (
        f"That is what {quoted(column.profile.header)} means in this kind of export."
    )
    unit = meaning.unit or _unit_for(meaning.field, column)
    if _is_record_type(column):
        return _confident(meaning.field, PRESET, "preset", reason)
    found = weigh(column.profile, meaning.field, PRESET, "preset", reason, unit)
    return replace(found, order=meaning.order)


def _is_record_type(column: Column) -> bool:
    """Konveyor's ``Record Type`` holds 1 and 2, which cleansing reads."""
    return column.source == "konveyor" and column.normal.startswith("recordtype")


def _confident(
    target: str, confidence: float, rule: str, reason: str, unit: str | None = None
) -> Judgement:
    suggestion = MappingSuggestion(
        target, Outcome.CONFIDENT, confidence, rule, reason, unit, (target,)
    )
    return Judgement(suggestion)


def _ambiguous(column: Column) -> Judgement | None:
    if column.is_connection:
        return None
    candidates = ambiguous_headers().get(column.normal)
    if candidates is None and column.parts.unit:
        stem = normalise_header("".join(column.parts.words))
        candidates = ambiguous_headers().get(stem)
        unit = column.parts.unit
        candidates = candidates and tuple(c for c in candidates if _unit_fits(c, unit))
    if not candidates:
        return None
    return decide_by_values(column.profile, column.table, candidates, column.parts)


def _spellings(column: Column, normal: str) -> tuple[HeaderSpelling, ...]:
    if column.is_connection:
        return edge_spellings().get(normal, ())
    return asset_spellings().get(normal, ())


def _target(column: Column, spelling: HeaderSpelling) -> str:
    return f"{EDGE_PREFIX}{spelling.field}" if column.is_connection else spelling.field


def _exact(column: Column) -> Judgement | None:
    spellings = _spellings(column, column.normal)
    if not spellings:
        return None
    target = _target(column, spellings[0])
    reason = f"{quoted(column.profile.header)} is a known name of {label(target)}."
    if column.is_connection:
        return _edge(column, target, reason)
    foreign = all(s.source in FOREIGN_LANGUAGES for s in spellings)
    confidence = FOREIGN if foreign else EXACT
    unit = _unit_for(target, column) or _agreed_unit(spellings)
    found = weigh(
        column.profile,
        target,
        confidence,
        "exact_header",
        reason,
        unit,
        column.parts.is_share,
    )
    if column.is_closed and found.values is Support.CONTRADICTS:
        return unmapped("exact_header", found.suggestion.reason, (target,))
    if column.normal in SOURCE_BOUND and found.is_confident:
        return _bound(column, found)
    return found


def _agreed_unit(spellings: Sequence[HeaderSpelling]) -> str | None:
    """Return the unit that every source of a spelling fixes; else it is asked."""
    units = {spelling.unit for spelling in spellings}
    return units.pop() if len(units) == 1 else None


def _bound(column: Column, found: Judgement) -> Judgement:
    """Hold back a short header whose meaning rests on a source we do not know."""
    sure = found.values is Support.AGREES and not _is_counter(column)
    if sure or column.normal in SURE_WITHOUT_PROOF:
        return replace(found, suggestion=replace(found.suggestion, confidence=BOUND))
    why = "The word alone is not enough, and the values do not settle it."
    return found.changed(Outcome.REVIEW, why)


def _is_counter(column: Column) -> bool:
    return column.profile.samples[:3] in {("1", "2", "3"), ("0", "1", "2")}


def _edge(column: Column, target: str, reason: str) -> Judgement:
    """Map a column of a connections table; ``src`` may hold names or addresses."""
    profile = column.profile
    if profile.kind == "ip" and target in {"edge.source_name", "edge.dest_name"}:
        address = target.replace("_name", "_ip")
        told = f"{reason} Its values are addresses, so it is {label(address)}."
        return weigh(profile, address, CONCEPT, "value_profile", told)
    unit = "B" if target == "edge.bytes_total" else None
    return weigh(profile, target, EXACT, "exact_header", reason, unit)


def _unit_stripped(column: Column) -> Judgement | None:
    unit = column.parts.unit
    if unit is None or column.is_connection or column.parts.is_share:
        return None
    stem = normalise_header("".join(column.parts.words))
    spellings = [s for s in _spellings(column, stem) if _unit_fits(s.field, unit)]
    fields = {spelling.field for spelling in spellings}
    if len(fields) != 1:
        return None
    target = fields.pop()
    name = quoted(column.profile.header)
    reason = f"Without its unit {name} is a known name of {label(target)}."
    return weigh(
        column.profile, target, UNIT_STRIPPED, "exact_header_without_unit", reason, unit
    )


def _concept(column: Column) -> Judgement | None:
    concepts = EDGE_CONCEPTS if column.is_connection else CONCEPTS
    matches = match_concepts(column.parts, concepts)
    targets = list(dict.fromkeys(match.concept.target for match in matches))
    if not targets:
        return None
    reason = f"The words of {quoted(column.profile.header)} say {label(targets[0])}."
    if column.is_closed:
        return unmapped("header_words", _not_guessed(reason), targets)
    if len(targets) > 1:
        told = f"{reason} They may also say {label(targets[1])}."
        return ask(targets, UNSURE, "header_words", told, _unit_for(targets[0], column))
    return _concept_found(column, matches[0], reason)


def _concept_found(column: Column, match: ConceptMatch, reason: str) -> Judgement:
    corrected = f" (read as {quoted(match.corrected)})" if match.corrected else ""
    target = match.concept.target
    found = weigh(
        column.profile,
        target,
        CORRECTED if match.corrected else CONCEPT,
        "fuzzy_words" if match.corrected else "header_words",
        f"{reason}{corrected}",
        _unit_for(target, column),
        column.parts.is_share,
    )
    needs_proof = bool(match.corrected) or match.concept.values_must_agree
    return _proven(found) if needs_proof else found


def _proven(found: Judgement) -> Judgement:
    if not found.is_confident or found.values is Support.AGREES:
        return found
    return found.changed(Outcome.REVIEW, "The values do not settle it.")


def _not_guessed(reason: str) -> str:
    return f"{reason} But this tool's headers are fixed and this is none of them."


@cache
def _long_spellings() -> tuple[str, ...]:
    return tuple(n for n in asset_spellings() if len(n) >= _SHORTEST_TYPO)


def _misspelt(column: Column) -> Judgement | None:
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
    if near is None or column.parts.unit:
        return None
    spelling = asset_spellings()[near[0]][0]
    reason = (
        f"{quoted(column.profile.header)} is nearly {quoted(spelling.header)}, a known "
        f"name of {label(spelling.field)}."
    )
    found = weigh(column.profile, spelling.field, CORRECTED, "fuzzy_header", reason)
    return _proven(found)


_RULES: Final[tuple[Rule, ...]] = (
    _pattern,
    _preset,
    _ambiguous,
    _exact,
    _unit_stripped,
    _concept,
    _misspelt,
)
"""In their order of strength."""
