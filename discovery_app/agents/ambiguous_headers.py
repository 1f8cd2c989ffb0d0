"""Headers that mean two things: what the values of the column, and its table, say."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from discovery_app.agents.judgement import (
    Judgement,
    ask,
    known_field,
    label,
    quoted,
    unmapped,
    weigh,
)
from discovery_app.domain.mapping import ColumnProfile
from discovery_app.knowledge.header_units import HeaderParts, split_header
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.value_support import Support, numbers, support
from discovery_app.knowledge.values import enumeration

BY_VALUES: Final = 0.84
"""A meaning that only the values tell. Chosen, not measured."""

BY_UNIT: Final = 0.88
"""The one meaning that suits the header's unit. Chosen, not measured."""

_UNSURE: Final = 0.6
_NAME_HEADERS: Final = frozenset(
    {"name", "vm", "vmname", "servername", "hostname", "assetname", "machinename"}
)
_USUAL_CORES: Final = frozenset(
    {1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 36, 40, 44, 48, 52}
    | {56, 60, 64, 72, 80, 88, 96, 104, 112, 120, 128, 160, 192, 224, 256}
)
"""Core counts that machines are sold or set up with."""

_POWER_WORDS: Final = frozenset(
    {"running", "stopped", "powered on", "powered off", "poweredon", "poweredoff"}
    | {"on", "off", "suspended", "deallocated", "vm running", "vm deallocated"}
    | {"shut off", "shutoff", "halted", "terminated"}
)
"""Words that a lifecycle hardly uses of a machine; ``active`` is none of them."""

_SAID_OF_ANYTHING: Final = frozenset(
    {"up", "down", "true", "false", "not running", "standby", "stand-by", "stand by"}
)
"""Words that are said of services, links and the halves of a cluster, too."""

_MOST_SOCKETS: Final = 8
"""No server of the usual make has more; a larger count is one of cores. Chosen."""

_OF_VIRTUAL_MACHINES: Final = frozenset(
    {"vm", "vmname", "virtualmachine", "cluster", "datastore", "resourcepool"}
    | {"template", "vmtools", "guestos", "hypervisor"}
)
"""Headers beside which a shared ``Host`` is what the machines run on."""


def decide_by_values(
    profile: ColumnProfile,
    table: Sequence[ColumnProfile],
    candidates: Sequence[str],
    parts: HeaderParts,
) -> Judgement:
    """Return what a header of several meanings is here; a person is asked if unsure."""
    chosen = _choose("".join(parts.words), profile, table, candidates)
    known = ", ".join(label(candidate) for candidate in candidates)
    reason = f"{quoted(profile.header)} can mean {known}"
    if all(_is_no_number_for(candidate, profile) for candidate in candidates):
        told = f"{reason}, but its values look like none of them."
        return unmapped("ambiguous_header", told, candidates)
    if len(candidates) == 1:
        told = f"{reason} by its unit."
        return weigh(profile, candidates[0], BY_UNIT, "header_unit", told, parts.unit)
    if chosen is None:
        first = _likeliest(profile, table, candidates)
        rest = [candidate for candidate in candidates if candidate != first]
        unit = weigh(profile, first, 0, "", "", parts.unit).suggestion.unit
        told = f"{reason}, and nothing here tells which."
        return ask((first, *rest), _UNSURE, "ambiguous_header", told, unit)
    told = f"{reason}; the values tell that it is {label(chosen)}."
    found = weigh(profile, chosen, BY_VALUES, "value_profile", told, parts.unit)
    return replace(
        found, suggestion=replace(found.suggestion, candidates=tuple(candidates))
    )


def _is_no_number_for(candidate: str, profile: ColumnProfile) -> bool:
    """Return whether the field wants numbers and the column has others or none.

    Words that no table knows may still mean the field: ``Tier`` of 1 and 2.
    """
    field = known_field(candidate)
    counts = field.type in {"int", "float"}
    return counts and support(field, profile) is Support.CONTRADICTS


def _likeliest(
    profile: ColumnProfile, table: Sequence[ColumnProfile], candidates: Sequence[str]
) -> str:
    """Return what to suggest first; ``Host`` beside a name is the machine's host."""
    if "hypervisor_host" in candidates and _is_named(profile, table):
        return "hypervisor_host"
    return max(candidates, key=lambda c: support(known_field(c), profile))


def _is_named(profile: ColumnProfile, table: Sequence[ColumnProfile]) -> bool:
    others = [c for c in table if c.position != profile.position]
    return any(normalise_header(c.header) in _NAME_HEADERS for c in others)


def _choose(
    normal: str,
    profile: ColumnProfile,
    table: Sequence[ColumnProfile],
    candidates: Sequence[str],
) -> str | None:
    if not profile.samples:
        return None
    if {*candidates} == {"cpu_cores", "cpu_sockets"}:
        return _choose_processors(profile, table)
    if normal == "vmid":
        return _choose_key(profile, table)
    if normal in {"host", "device"}:
        return _choose_host(profile, table, candidates[0])
    if normal == "cpu":
        return _choose_cpu(profile)
    if normal == "state":
        return _choose_state(profile, candidates)
    if normal in {"tier", "devicetype", "purpose"}:
        return _only_agreeing(profile, candidates)
    return None


def _choose_state(profile: ColumnProfile, candidates: Sequence[str]) -> str | None:
    """Return what the words are of; ``active`` and ``standby`` are of neither alone."""
    states = power_states(profile)
    if {"on", "off"} <= states:
        return "power_state"
    chosen = _only_agreeing(profile, candidates)
    return None if chosen == "power_state" and not states else chosen


def _only_agreeing(profile: ColumnProfile, candidates: Sequence[str]) -> str | None:
    """Return the one candidate whose words the values are; text fields never win."""
    agreeing = [
        candidate
        for candidate in candidates
        if support(known_field(candidate), profile) is Support.AGREES
    ]
    return agreeing[0] if len(agreeing) == 1 else None


def _choose_host(
    profile: ColumnProfile, table: Sequence[ColumnProfile], own: str
) -> str | None:
    """Return ``own`` where every row has a name of its own here and no other one."""
    named = _is_named(profile, table)
    most = max((column.distinct for column in table), default=0)
    unique = profile.distinct >= most and profile.distinct > 1 and profile.filled > 0.95
    if unique and not named and profile.kind in {"hostname", "fqdn"}:
        return own
    others = {normalise_header(column.header) for column in table}
    shared = profile.distinct < most and not others.isdisjoint(_OF_VIRTUAL_MACHINES)
    return "hypervisor_host" if named and shared else None


def _choose_key(profile: ColumnProfile, table: Sequence[ColumnProfile]) -> str | None:
    """Return ``external_id`` for a key that has not the form of a ``vm-42``."""
    most = max((column.distinct for column in table), default=0)
    is_key = profile.distinct >= most and profile.filled > 0.95
    return "external_id" if is_key and profile.kind in {"uuid", "integer"} else None


def _choose_processors(
    profile: ColumnProfile, table: Sequence[ColumnProfile]
) -> str | None:
    """Return cores for more than any server has sockets, sockets beside more cores."""
    values = numbers(profile)
    if profile.kind != "integer" or not values:
        return None
    if max(values) > _MOST_SOCKETS:
        return "cpu_cores" if are_core_counts(profile) else None
    cores = [numbers(column) for column in table if _counts_cores(column)]
    more = [found for found in cores if found and max(found) > max(values)]
    return "cpu_sockets" if more and min(map(min, more)) >= min(values) else None


def _counts_cores(column: ColumnProfile) -> bool:
    words = set(split_header(column.header).words)
    counts = not words.isdisjoint({"core", "cores", "kerne"}) and "per" not in words
    return counts and column.kind == "integer"


def power_states(profile: ColumnProfile) -> set[str]:
    """Return which power states the samples name; none if they may be a lifecycle's."""
    words = {sample.strip().casefold() for sample in profile.samples}
    known = [enumeration("power_state", word) for word in words]
    states = {state for state in known if state is not None}
    told = any(w in _POWER_WORDS or _is_no_stage(w) for w in words)
    return states if None not in known and told else set()


def _is_no_stage(word: str) -> bool:
    """Return whether only the power can be so: ``ausgeschaltet``, not ``aktiv``."""
    is_stage = enumeration("operational_status", word) is not None
    return not is_stage and word not in _SAID_OF_ANYTHING


def are_core_counts(profile: ColumnProfile) -> bool:
    """Return whether every sample is a number of cores that machines come with."""
    return all(value in _USUAL_CORES for value in numbers(profile))


def _choose_cpu(profile: ColumnProfile) -> str | None:
    values = numbers(profile)
    if profile.kind == "percent":
        return "cpu_util_avg_pct"
    if profile.kind == "integer" and values:
        return "cpu_cores" if are_core_counts(profile) else None
    if profile.kind == "decimal" and values and max(values) <= 100:
        broken = any(value != int(value) for value in values)
        return "cpu_util_avg_pct" if broken and max(values) > 1 else None
    return None
