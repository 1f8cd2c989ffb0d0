"""What one column means: every rule in its order of strength.

A rule either says nothing (``None``) or gives a ``Judgement``; the first that speaks
decides. Wrong at "confident" is the worst error, so whatever the values of the
column contradict goes to a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from discovery_app.agents import header_rules, known_spellings
from discovery_app.agents.column import Column
from discovery_app.agents.column_units import are_bytes, unlike_unit
from discovery_app.agents.judgement import (
    Judgement,
    label,
    quoted,
    unmapped,
    weigh,
)
from discovery_app.agents.nested_headers import without_path
from discovery_app.domain.mapping import (
    ColumnProfile,
    MappingSuggestion,
    Outcome,
    RememberedMapping,
)
from discovery_app.knowledge.fields import (
    EDGE_PREFIX,
    is_target,
)
from discovery_app.knowledge.header_patterns import match_pattern
from discovery_app.knowledge.headers import (
    is_never_imported,
    without_common_affix,
)
from discovery_app.knowledge.source_headers import (
    ASIDE,
    preset_meaning,
    related_meaning,
)
from discovery_app.knowledge.value_support import Support

PRESET: Final = 0.98
REMEMBERED: Final = 0.97
PATTERN: Final = 0.96
"""Confidence by rule, above those of ``header_rules``; chosen, not measured."""

_WIDEST: Final = 500
"""Columns up to which each is compared with all others; chosen."""


Rule = Callable[[Column], Judgement | None]


def memory_of(
    source: str, memory: Sequence[RememberedMapping]
) -> dict[str, RememberedMapping]:
    """Return what the client confirmed for exports of ``source``, by header."""
    return {
        entry.header: entry
        for entry in memory
        if entry.source == source and (entry.target is None or is_target(entry.target))
    }


def judge(
    source: str,
    profile: ColumnProfile,
    table: Sequence[ColumnProfile],
    remembered: Mapping[str, RememberedMapping],
) -> Judgement:
    """Return what one column means by the strongest rule that speaks."""
    column = Column.of(source, profile, table, remembered)
    if is_never_imported(profile.header):
        return _never_imported(profile)
    if profile.role == "related":
        return _related(column)
    found = _first(column) or _without_affix(column) or without_path(column, _first)
    found = found or header_rules.misspelt(column)
    found = found or unmapped("no_match", _nothing(profile))
    return _with_memory(column, found)


def _first(column: Column) -> Judgement | None:
    return next((j for rule in _RULES if (j := rule(column))), None)


def _without_affix(column: Column) -> Judgement | None:
    """Judge a header without what its tool puts before or after every name."""
    if len(column.table) > _WIDEST:
        return None
    headers = [other.header for other in column.table]
    header = column.profile.header
    rest = without_common_affix(header, headers)
    if rest == header or column.is_closed:
        return None
    return _first(column.called(rest))


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
    entry = column.remembered.get(column.normal)
    if entry is None:
        return found
    target = entry.target
    place = (
        "another engagement of this client" if entry.elsewhere else "this engagement"
    )
    said = f"People confirmed it before on {place} for {quoted(column.profile.header)}."
    if target is None:
        return unmapped("memory", f"{said} It stays a custom field.")
    if target.startswith(EDGE_PREFIX) is not column.is_connection:
        return found
    old = found.suggestion
    if old.target == target and entry.unit in (None, old.unit):
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
    unit = entry.unit or column.unit_for(target)
    again = weigh(column.profile, target, REMEMBERED, "memory", said, unit)
    doubt = unlike_unit(column.profile, target, entry.unit) if entry.unit else ""
    return again.changed(Outcome.REVIEW, doubt) if doubt else again


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
    unit = meaning.unit or column.unit_for(meaning.field)
    if _is_record_type(column):
        return _confident(meaning.field, PRESET, "preset", reason)
    found = weigh(column.profile, meaning.field, PRESET, "preset", reason, unit)
    if unit == "B" and not are_bytes(column.profile):
        told = "But its numbers are too small for bytes; which unit are they in?"
        found = found.changed(Outcome.REVIEW, told)
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


_RULES: Final[tuple[Rule, ...]] = (
    _pattern,
    _preset,
    header_rules.ambiguous,
    known_spellings.exact,
    known_spellings.in_words,
    known_spellings.unit_stripped,
    header_rules.concept,
)
"""In their order of strength; a misspelt header is looked for after all of them."""
