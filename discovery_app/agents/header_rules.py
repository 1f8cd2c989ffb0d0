"""The rules that read a header where no preset of the source fixes it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from discovery_app.agents.ambiguous_headers import (
    BY_VALUES,
    are_core_counts,
    decide_by_values,
    power_states,
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
from discovery_app.domain.mapping import Outcome
from discovery_app.knowledge.fields import (
    EDGE_PREFIX,
    FOREIGN_LANGUAGES,
    HeaderSpelling,
    ambiguous_headers,
    asset_spellings,
    edge_spellings,
)
from discovery_app.knowledge.header_concepts import (
    ConceptMatch,
    are_known,
    is_count_of_processors,
    match_concepts,
)
from discovery_app.knowledge.header_units import DIMENSIONS
from discovery_app.knowledge.header_vocabulary import CONCEPTS, EDGE_CONCEPTS
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.source_headers import SOURCE_BOUND, SURE_WITHOUT_PROOF
from discovery_app.knowledge.unit_choices import unit_fits
from discovery_app.knowledge.value_support import Support, support

EXACT: Final = 0.95
FOREIGN: Final = 0.93
UNIT_STRIPPED: Final = 0.91
BOUND: Final = 0.86
CONCEPT: Final = 0.85
CORRECTED: Final = 0.82
UNSURE: Final = 0.65
"""Confidence by rule: an order of strength, chosen and not measured. All but the
last are at or above ``judgement.CONFIDENT``."""

_MOST_TYPOS: Final = 2
"""Letters wrong, missing, added or swapped; in as many words, or they are one more."""

_MONTHS: Final = frozenset(
    {"month", "monthly", "monat", "monatliche", "mensuel", "mensual"}
)
_MACHINE_HEADERS: Final = frozenset(
    {"host", "hostname", "computer", "computername", "server", "servername", "dnsname"}
    | {"device", "devicename", "machine", "machinename", "assetname"}
)
_HYPERVISORS: Final = ("vmware", "hyper-v", "hyperv", "kvm", "xen", "nutanix", "ahv")
_KINDS_OF_PLATFORM: Final = frozenset({"type", "platform", "technology"})
_CPU_SHARES: Final = frozenset({"cpu_util_avg_pct", "cpu_util_peak_pct"})

_OWN_NAMES: Final = frozenset({"hostname", "fqdn"})
"""Fields whose values have the form of their name: ``DNSHostName`` may be either."""

_SIZES_OF_ANYTHING: Final = frozenset({"sizemb", "sizemib", "sizeingib"})
"""What one sheet of a tool writes for memory and another for a disk."""

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


def _spellings(column: Column, normal: str) -> tuple[HeaderSpelling, ...]:
    if column.is_connection:
        return edge_spellings().get(normal, ())
    return asset_spellings().get(normal, ())


def _target(column: Column, spelling: HeaderSpelling) -> str:
    return f"{EDGE_PREFIX}{spelling.field}" if column.is_connection else spelling.field


def exact(column: Column) -> Judgement | None:
    """Find a header that some source or list is known to use."""
    spellings = _spellings(column, column.normal)
    if not spellings:
        return None
    target = _target(column, spellings[0])
    reason = f"{quoted(column.profile.header)} is a known name of {label(target)}."
    special = _special(column, target, reason)
    if special is not None:
        return special
    foreign = all(s.source in FOREIGN_LANGUAGES for s in spellings)
    confidence = FOREIGN if foreign else EXACT
    unit = column.unit_for(target) or _reading(spellings)
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
    if found.is_confident and (doubt := _doubt(column, target)):
        return found.changed(Outcome.REVIEW, doubt)
    if found.is_confident and _has_odd_unit(column, target):
        return found.changed(Outcome.REVIEW, "But its unit does not suit that field.")
    if column.normal in SOURCE_BOUND and found.is_confident:
        return _bound(column, found)
    return found


def _special(column: Column, target: str, reason: str) -> Judgement | None:
    """Return the judgement of a known spelling that may well mean another field."""
    if column.is_connection:
        return _edge(column, target, reason)
    if target == "operational_status" and power_states(column.profile):
        told = f"{reason} But its values say whether machines are switched on."
        return ask(("power_state", target), UNSURE, "exact_header", told)
    if target == "memory_mb" and column.profile.kind == "percent":
        told = f"{reason} But its values are shares."
        return weigh(
            column.profile, "mem_util_avg_pct", BY_VALUES, "value_profile", told
        )
    if target == "is_virtual" and _names_hypervisors(column):
        told = f"{reason} But its values name the hypervisors."
        return ask(("hypervisor", target), UNSURE, "exact_header", told)
    if target == "cores_per_socket" and "per" not in column.parts.words:
        told = f"{reason} But it may count the cores of the whole machine."
        return ask(("cpu_cores", target), UNSURE, "exact_header", told)
    return None


def _titles_something(column: Column) -> bool:
    """Return whether a ``Name`` titles what was found on machines named elsewhere.

    Scanners list "OS Identification" beside the host that it was seen on: words and
    no digit, where names of machines have hardly a blank.
    """
    if column.normal != "name" or column.profile.kind in {"hostname", "fqdn"}:
        return False
    others = {normalise_header(other.header) for other in column.table}
    if others.isdisjoint(_MACHINE_HEADERS):
        return False
    samples = column.profile.samples
    titles = [s for s in samples if " " in s.strip() and not any(map(str.isdigit, s))]
    return len(titles) > len(samples) / 2


def _doubt(column: Column, target: str) -> str:
    """Say what a known spelling leaves open; empty if nothing."""
    words = set(column.parts.words)
    if column.normal in _SIZES_OF_ANYTHING:
        return "But it does not say of what."
    if _titles_something(column):
        return "But another column names the machines, and its values read like titles."
    if target == "monthly_cost" and not words & _MONTHS:
        return "But it does not say for what time."
    bare = target in _CPU_SHARES and not column.parts.is_share
    if bare and column.profile.kind == "integer" and are_core_counts(column.profile):
        return "But its values may as well be numbers of cores."
    return ""


def _names_hypervisors(column: Column) -> bool:
    said = " ".join(column.profile.samples).casefold()
    plain = not _KINDS_OF_PLATFORM.isdisjoint(column.parts.words)
    names = plain or any(name in said for name in _HYPERVISORS)
    return names and not any(word in said for word in ("virtual", "physical", "true"))


def _has_odd_unit(column: Column, target: str) -> bool:
    """Return whether the header's unit measures something else than the field."""
    unit = column.parts.unit
    stored = known_field(target).unit
    return bool(unit and stored in DIMENSIONS) and not unit_fits(target, unit or "")


def _reading(spellings: Sequence[HeaderSpelling]) -> str | None:
    """Return how every source reads a spelling (``inverted``), never a unit.

    A unit that only some source fixes says nothing about a file of another one.
    """
    units = {spelling.unit for spelling in spellings}
    only = units.pop() if len(units) == 1 else None
    return None if only in DIMENSIONS else only


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


def unit_stripped(column: Column) -> Judgement | None:
    """Find a known header after its unit was taken off."""
    unit = column.parts.unit
    if unit is None or column.is_connection or column.parts.is_share:
        return None
    stem = normalise_header("".join(column.parts.words))
    spellings = [s for s in _spellings(column, stem) if unit_fits(s.field, unit)]
    fields = {spelling.field for spelling in spellings}
    if len(fields) != 1:
        return None
    target = fields.pop()
    name = quoted(column.profile.header)
    reason = f"Without its unit {name} is a known name of {label(target)}."
    return weigh(
        column.profile, target, UNIT_STRIPPED, "exact_header_without_unit", reason, unit
    )


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
