"""What the rules think of a column, before the columns of a table are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from discovery_app.agents.column_units import NEEDS_UNIT, has_unit, likely_unit
from discovery_app.domain.mapping import ColumnProfile, MappingSuggestion, Outcome
from discovery_app.knowledge.fields import (
    EDGE_PREFIX,
    AssetField,
    field_of_target,
    target_label,
)
from discovery_app.knowledge.header_units import DIMENSIONS
from discovery_app.knowledge.value_support import Support, numbers, support

CONFIDENT: Final = 0.8
"""From here on nobody is asked (FIELD.md, "Data quality": confidence >= 0.8)."""

_CONTRADICTED: Final = 0.55
_UNIT_UNKNOWN: Final = 0.7
"""Chosen, not measured: both below ``CONFIDENT``."""

FIELD_OF_KIND: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ip": "ip_address",
        "mac": "mac_address",
        "uuid": "vm_uuid",
        "fqdn": "fqdn",
        "os": "operating_system",
    }
)
"""What values of a kind are, where only one field takes them."""

_SIZE_FIELDS: Final = frozenset(
    {
        "memory_mb",
        "storage_provisioned_gb",
        "storage_used_gb",
        "database_size_gb",
        "cpu_cores",
        "cpu_sockets",
        "cores_per_socket",
        "disk_count",
        "nic_count",
    }
)
"""Fields that a header of shares or utilisation never means (trap 2)."""


@dataclass(frozen=True)
class Judgement:
    """A suggestion and what it rests on.

    Attributes:
        order: Which of several preset columns of one field goes first, from 0.
        values: What the values say about the target.
    """

    suggestion: MappingSuggestion
    order: int = 0
    values: Support = Support.NEUTRAL

    @property
    def is_confident(self) -> bool:
        """Whether nobody is asked."""
        return self.suggestion.outcome is Outcome.CONFIDENT

    def changed(self, outcome: Outcome, reason: str, rule: str = "") -> "Judgement":
        """Return it with another outcome, and why."""
        old = self.suggestion
        keeps = outcome is not Outcome.UNMAPPED
        fields = dict.fromkeys((*([old.target] if old.target else []), *old.candidates))
        new = replace(
            old,
            target=old.target if keeps else None,
            outcome=outcome,
            confidence=min(old.confidence, CONFIDENT - 0.05) if keeps else 0.0,
            rule=rule or old.rule,
            reason=f"{old.reason} {reason}".strip(),
            unit=old.unit if keeps else None,
            candidates=tuple(fields),
        )
        return replace(self, suggestion=new)


def quoted(text: str, longest: int = 60) -> str:
    """Return ``text`` in quotation marks, cut if it is long."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return f"“{short.strip()}”"


def unmapped(rule: str, reason: str, candidates: Sequence[str] = ()) -> Judgement:
    """Return the judgement that a column stays a custom field."""
    return Judgement(
        MappingSuggestion(
            target=None,
            outcome=Outcome.UNMAPPED,
            confidence=0.0,
            rule=rule,
            reason=reason,
            candidates=tuple(candidates),
        )
    )


def known_field(target: str) -> AssetField:
    """Return the field of a target that the rules themselves name.

    Raises:
        KeyError: The rules name a field that the schema does not have.
    """
    field = field_of_target(target)
    if field is None:
        raise KeyError(target)
    return field


def ask(
    candidates: Sequence[str],
    confidence: float,
    rule: str,
    reason: str,
    unit: str | None = None,
) -> Judgement:
    """Return the judgement that a person decides between ``candidates``."""
    return Judgement(
        MappingSuggestion(
            target=candidates[0],
            outcome=Outcome.REVIEW,
            confidence=min(confidence, CONFIDENT - 0.05),
            rule=rule,
            reason=reason,
            unit=unit,
            candidates=tuple(candidates),
        )
    )


def weigh(
    profile: ColumnProfile,
    target: str,
    confidence: float,
    rule: str,
    reason: str,
    unit: str | None = None,
    is_share: bool = False,
) -> Judgement:
    """Return the judgement of a rule after a look at the values and the unit."""
    field = known_field(target)
    if is_share and target in _SIZE_FIELDS:
        return unmapped(rule, f"{reason} But it speaks of a share, not of a size.")
    values = support(_measured(field, unit), profile)
    if values is Support.CONTRADICTS:
        likely = () if target.startswith(EDGE_PREFIX) else _kind_field(profile, target)
        told = f"{reason} {_odd(profile)}"
        return replace(
            ask((target, *likely), _CONTRADICTED, rule, told, unit), values=values
        )
    if target in NEEDS_UNIT and not has_unit(target, unit, profile):
        return _ask_unit(profile, field, rule, reason)
    if field.unit == "percent" and _are_fractions(profile, rule, unit):
        told = f"{reason} But values from 0 to 1 look like fractions and not percents."
        return ask((target,), _UNIT_UNKNOWN, rule, told, "fraction")
    outcome = Outcome.CONFIDENT if confidence >= CONFIDENT else Outcome.REVIEW
    suggestion = MappingSuggestion(
        target, outcome, confidence, rule, reason, unit, (target,)
    )
    return Judgement(suggestion, values=values)


def _kind_field(profile: ColumnProfile, target: str) -> tuple[str, ...]:
    """Return the field that the values look like, if it is another one."""
    field = FIELD_OF_KIND.get(profile.kind)
    return (field,) if field and field != target else ()


def _are_fractions(profile: ColumnProfile, rule: str, unit: str | None) -> bool:
    """Return whether 0.25 may mean 25 %: spreadsheets keep a percentage so.

    A tool that is known says which it writes.
    """
    if rule == "preset" or unit == "fraction" or profile.kind != "decimal":
        return False
    values = numbers(profile)
    return bool(values) and max(values) <= 1 and any(0 < v < 1 for v in values)


def _measured(field: AssetField, unit: str | None) -> AssetField:
    """Return the field whose values these are: memory used in MB is stored in %."""
    of_memory = field.name.startswith("mem_util_")
    is_size = DIMENSIONS.get(unit or "") == "size"
    return known_field("memory_mb") if of_memory and is_size else field


def _odd(profile: ColumnProfile) -> str:
    example = quoted(profile.samples[0]) if profile.samples else "they"
    return f"But its values, such as {example}, do not look like it."


def _ask_unit(
    profile: ColumnProfile, field: AssetField, rule: str, reason: str
) -> Judgement:
    unit, why = likely_unit(profile, field)
    told = f"{reason} Neither header nor source says the unit; {why}"
    return replace(
        ask((field.name,), _UNIT_UNKNOWN, rule, told, unit), values=Support.AGREES
    )


def label(target: str) -> str:
    """Return the name people read for ``target``, in quotation marks."""
    return quoted(target_label(target))
