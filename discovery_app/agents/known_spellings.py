"""Headers that some source or list is known to use."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from discovery_app.agents.ambiguous_headers import (
    BY_VALUES,
    are_core_counts,
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
from discovery_app.agents.strengths import (
    BOUND,
    CONCEPT,
    EXACT,
    FOREIGN,
    UNIT_STRIPPED,
    UNSURE,
)
from discovery_app.domain.mapping import Outcome
from discovery_app.knowledge.fields import (
    EDGE_PREFIX,
    FOREIGN_LANGUAGES,
    HeaderSpelling,
    asset_spellings,
    edge_spellings,
)
from discovery_app.knowledge.header_units import DIMENSIONS
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.source_headers import SOURCE_BOUND, SURE_WITHOUT_PROOF
from discovery_app.knowledge.unit_choices import unit_fits
from discovery_app.knowledge.value_support import Support, support

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

_SIZES_OF_ANYTHING: Final = frozenset({"sizemb", "sizemib", "sizeingib"})
"""What one sheet of a tool writes for memory and another for a disk."""


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
    if target == "hypervisor" and column.profile.kind in {"hostname", "fqdn"}:
        return _host_of(column, target, reason)
    if target == "is_virtual" and _names_hypervisors(column):
        told = f"{reason} But its values name the hypervisors."
        return ask(("hypervisor", target), UNSURE, "exact_header", told)
    if target == "cores_per_socket" and "per" not in column.parts.words:
        told = f"{reason} But it may count the cores of the whole machine."
        return ask(("cpu_cores", target), UNSURE, "exact_header", told)
    return None


def _host_of(column: Column, target: str, reason: str) -> Judgement | None:
    """Map ``Hypervisor`` to the host if its values are names and not products."""
    if support(known_field(target), column.profile) is not Support.CONTRADICTS:
        return None
    told = f"{reason} But its values are names of machines."
    return weigh(column.profile, "hypervisor_host", BY_VALUES, "value_profile", told)


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


def in_words(column: Column) -> Judgement | None:
    """Find a known header after its words were read: ``vNICs`` are NICs."""
    header = " ".join(column.parts.words)
    if column.parts.unit or normalise_header(header) == column.normal:
        return None
    return exact(column.called(header))


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
