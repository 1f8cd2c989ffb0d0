"""The rules that advise a treatment (6R/7R), in order; the first that fires wins.

Order, conditions and boundaries are FIELD.md's, "Treatment advice"; the thresholds'
sources are AWS Prescriptive Guidance (large-migration strategies) and the Azure
Cloud Adoption Framework (2025-07-15). What is missing is never taken for zero: a
rule whose facts are unknown does not fire.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from discovery_app.knowledge.end_of_life import SupportState


class Treatment(StrEnum):
    """What is advised for an asset; the words are stable."""

    REHOST = "rehost"
    REPLATFORM = "replatform"
    REFACTOR = "refactor"
    REPURCHASE = "repurchase"
    RELOCATE = "relocate"
    RETIRE = "retire"
    RETAIN = "retain"
    REBUILD = "rebuild"
    OUT_OF_SCOPE = "out_of_scope"
    INSUFFICIENT = "insufficient_data"
    REVIEW_RETIREMENT = "review_for_retirement"
    REVIEW_REFACTORING = "review_for_refactoring"


class Utilisation(StrEnum):
    """How busy an asset is, by both CPU and memory average."""

    UNKNOWN = "unknown"
    ZOMBIE = "zombie"
    IDLE = "idle"
    BUSY = "busy"


class Inbound(StrEnum):
    """Whether anything was seen to need an asset."""

    UNKNOWN = "unknown"
    NONE = "none"
    SOME = "some"


@dataclass(frozen=True)
class Thresholds:
    """Where the rules draw their lines.

    Attributes:
        zombie_percent: CPU and memory average strictly below it are a zombie (AWS
            Prescriptive Guidance: under 5 %).
        idle_percent: Up to and including it is idle (AWS: 5–20 %).
        window_days: Fewest days of observation for R3 and R4 (AWS: 90 days).
        refactor_components: Fewest end-of-life components of a critical application
            that call for a review (FIELD.md, rule F1).
    """

    zombie_percent: float = 5.0
    idle_percent: float = 20.0
    window_days: int = 90
    refactor_components: int = 2

    def utilisation(self, cpu: float | None, memory: float | None) -> Utilisation:
        """Return how busy the averages, in percent, are; ``None`` is unmeasured."""
        if cpu is None or memory is None:
            return Utilisation.UNKNOWN
        if cpu < self.zombie_percent and memory < self.zombie_percent:
            return Utilisation.ZOMBIE
        if self._is_idle(cpu) and self._is_idle(memory):
            return Utilisation.IDLE
        return Utilisation.BUSY

    def _is_idle(self, percent: float) -> bool:
        return self.zombie_percent <= percent <= self.idle_percent


THRESHOLDS: Final = Thresholds()


@dataclass(frozen=True)
class Facts:
    """What the rules need to know of one asset; ``None`` is unknown.

    Attributes:
        scope_reason: Why it is out of scope; ``None`` if it is in scope.
        is_kept_platform: Its system is one that stays (rule K1).
        hold: A tag holds it for residency or compliance.
        needs_kept: It needs an asset that K1 or K2 retains.
        utilisation: Of a machine that is on; an off one has no measurement.
        observed_long: It was observed for ``window_days``.
        edges_observed_long: Its edges were.
        has_critical_dependant: A critical asset needs it.
        successor: The SaaS product that succeeds its application.
        rebuilt_service: What it does that is rebuilt, e.g. ``DNS``.
        managed_target: A managed service that takes over its database engine.
        system_state: ``SupportState`` of its operating system, if one is named.
        is_x86: Its processor is an x86.
        ended_components: End-of-life products of its application.
        has_many_ended: They are ``refactor_components`` or more.
        change_tolerated: Its application bears change.
        cluster_ready: Its VMware cluster is wholly supported and relocation was chosen.
        missing: Sizing fields that are unknown, in the schema's order.
    """

    scope_reason: str | None = None
    is_kept_platform: bool = False
    hold: str | None = None
    needs_kept: bool = False
    is_off: bool | None = None
    inbound: Inbound = Inbound.UNKNOWN
    utilisation: Utilisation = Utilisation.UNKNOWN
    observed_long: bool | None = None
    edges_observed_long: bool | None = None
    is_critical: bool | None = None
    has_critical_dependant: bool = False
    successor: str | None = None
    rebuilt_service: str | None = None
    managed_target: str | None = None
    system_state: str | None = None
    is_x86: bool | None = None
    ended_components: int = 0
    has_many_ended: bool = False
    change_tolerated: bool | None = None
    cluster_ready: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        fires: Whether it does; never on an unknown fact.
        fields: The fields it looks at, recorded with the decision.
        confidence: 0.0–1.0; chosen, not measured.
        reason: One sentence; names of ``Facts`` in braces are filled in.
        flag: It is only noted under ``also_matched`` and decides nothing.
    """

    id: str
    treatment: Treatment
    fires: Callable[[Facts], bool]
    fields: tuple[str, ...]
    confidence: float
    reason: str
    flag: bool = False


@dataclass(frozen=True)
class Advice:
    """What the rules say of one asset.

    Attributes:
        missing: For U1, the fields that would have to be known.
    """

    treatment: Treatment
    rule: str
    confidence: float
    also_matched: tuple[str, ...]
    reason: str
    fields: tuple[str, ...]
    missing: tuple[str, ...] = ()


_SUPPORTED: Final = frozenset({SupportState.SUPPORTED, SupportState.ENDING})
_SUPPORT_WORDS: Final = {
    "supported": "supported",
    "eol_within_12_months": "supported for less than a year",
    "extended_only": "on extended support only",
    "eol": "past its support",
    "version_ambiguous": "of an unclear version",
}
"""How a reason names a ``SupportState``."""

_ENDED: Final = frozenset({SupportState.ENDED, SupportState.EXTENDED})

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "X1", Treatment.OUT_OF_SCOPE, lambda f: f.scope_reason is not None,
        ("asset_type", "operational_status", "scope_reason"), 0.95,
        "It is out of scope: {scope_reason}.",
    ),
    Rule(
        "K1", Treatment.RETAIN, lambda f: f.is_kept_platform,
        ("operating_system", "asset_type"), 0.9,
        "Its platform has no like-for-like target in the cloud.",
    ),
    Rule(
        "K2", Treatment.RETAIN, lambda f: f.hold is not None, ("tags",), 0.9,
        "The tag {hold} holds it where it is.",
    ),
    Rule(
        "K3", Treatment.RETAIN, lambda f: f.needs_kept, ("needs_kept",), 0.6,
        "It needs an asset that is retained.", flag=True,
    ),
    Rule(
        "R1", Treatment.RETIRE,
        lambda f: f.is_off is True and f.inbound is not Inbound.SOME,
        ("power_state", "inbound_edges"), 0.8,
        "It is powered off and nothing was seen to need it.",
    ),
    Rule(
        "R2", Treatment.RETIRE, lambda f: f.utilisation is Utilisation.ZOMBIE,
        ("cpu_util_avg_pct", "mem_util_avg_pct"), 0.85,
        "CPU and memory are hardly used.",
    ),
    Rule(
        "R3", Treatment.REVIEW_RETIREMENT,
        lambda f: f.utilisation is Utilisation.IDLE
        and f.observed_long is True and f.is_critical is False,
        (
            "cpu_util_avg_pct", "mem_util_avg_pct", "observed_days",
            "business_criticality",
        ),
        0.75, "CPU and memory are little used for long, and it is not critical.",
    ),
    Rule(
        "R4", Treatment.REVIEW_RETIREMENT,
        lambda f: f.edges_observed_long is True and f.inbound is Inbound.NONE,
        ("inbound_edges", "edges_observed_days"), 0.7,
        "Its connections were watched for long and nothing needs it.",
    ),
    Rule(
        "P1", Treatment.REPURCHASE, lambda f: f.successor is not None,
        ("application_name", "successor"), 0.75,
        "Its application has a successor as a service: {successor}.",
    ),
    Rule(
        "B1", Treatment.REBUILD, lambda f: f.rebuilt_service is not None,
        ("server_role", "asset_type", "rebuilt_service"), 0.8,
        "It is a {rebuilt_service}, which is rebuilt rather than moved.",
    ),
    Rule(
        "L1", Treatment.REPLATFORM, lambda f: f.managed_target is not None,
        ("database_engine", "managed_target"), 0.8,
        "Its database engine has a managed target: {managed_target}.",
    ),
    Rule(
        "L2", Treatment.REPLATFORM,
        lambda f: f.system_state in _ENDED and f.is_x86 is True,
        ("operating_system", "os_version", "system_state", "is_x86"), 0.85,
        "Its operating system is {system_state} and can be upgraded on the way.",
    ),
    Rule(
        "F1", Treatment.REVIEW_REFACTORING,
        lambda f: f.is_critical is True and f.change_tolerated is True
        and f.has_many_ended,
        ("business_criticality", "ended_components", "change_tolerated"), 0.7,
        "Its critical application has {ended_components} end-of-life components.",
    ),
    Rule(
        "O1", Treatment.RELOCATE, lambda f: f.cluster_ready,
        ("cluster", "six_r_source", "cluster_ready"), 0.8,
        "Its whole VMware cluster is supported and relocation was chosen.",
    ),
    Rule(
        "H1", Treatment.REHOST,
        lambda f: not f.missing and f.system_state in _SUPPORTED,
        (
            "cpu_cores", "memory_mb", "storage_provisioned_gb", "operating_system",
            "os_version", "system_state",
        ),
        0.85, "Its size is known and its operating system is supported.",
    ),
)  # fmt: skip
"""In the order of FIELD.md; U1 is what remains (``advise``)."""

_RETIRING: Final = frozenset({"R1", "R2", "R3", "R4"})


def advise(facts: Facts) -> Advice:
    """Return the first rule that fires, and the others that also would."""
    fired = [rule for rule in RULES if rule.fires(facts)]
    deciding = next((rule for rule in fired if not rule.flag), None)
    if deciding is None:
        return _insufficient(facts, fired)
    return Advice(
        treatment=_guarded(deciding, facts),
        rule=deciding.id,
        confidence=_confidence(deciding, facts),
        also_matched=tuple(rule.id for rule in fired if rule is not deciding),
        reason=_reason(deciding, facts),
        fields=_recorded(deciding, facts),
    )


def _guarded(rule: Rule, facts: Facts) -> Treatment:
    """Return the rule's treatment; what a critical asset needs is only reviewed."""
    if rule.id in _RETIRING and facts.has_critical_dependant:
        return Treatment.REVIEW_RETIREMENT
    return rule.treatment


def _recorded(rule: Rule, facts: Facts) -> tuple[str, ...]:
    is_guarded = rule.id in _RETIRING and facts.has_critical_dependant
    return (*rule.fields, "critical_dependants") if is_guarded else rule.fields


def _confidence(rule: Rule, facts: Facts) -> float:
    """Return the rule's confidence, less where R1 saw no connections at all."""
    if rule.id == "R1" and facts.inbound is Inbound.UNKNOWN:
        return 0.6
    return rule.confidence


def _reason(rule: Rule, facts: Facts) -> str:
    words = {
        "scope_reason": (facts.scope_reason or "").replace("_", " "),
        "hold": facts.hold,
        "successor": facts.successor,
        "rebuilt_service": facts.rebuilt_service,
        "managed_target": facts.managed_target,
        "system_state": _SUPPORT_WORDS.get(facts.system_state or "", "unknown"),
        "ended_components": facts.ended_components,
    }
    reason = rule.reason.format(**words)
    if rule.id == "R1" and facts.inbound is Inbound.UNKNOWN:
        return (
            "It is powered off; this import has no connections that show who needs it."
        )
    if rule.id in _RETIRING and facts.has_critical_dependant:
        return f"{reason} A critical asset needs it, so look first."
    return reason


def _insufficient(facts: Facts, fired: list[Rule]) -> Advice:
    missing = (*facts.missing, *_unclear_system(facts))
    reason = f"Not enough is known; missing: {', '.join(missing)}."
    if not missing:
        reason = "No rule fits what is known; decide by hand."
    return Advice(
        treatment=Treatment.INSUFFICIENT,
        rule="U1",
        confidence=0.9,
        also_matched=tuple(rule.id for rule in fired),
        reason=reason,
        fields=missing,
        missing=missing,
    )


def _unclear_system(facts: Facts) -> tuple[str, ...]:
    """Return the field that would make the operating system's support known."""
    state = facts.system_state
    if state is None or state == SupportState.UNKNOWN:
        return ("operating_system",)
    if state == SupportState.AMBIGUOUS:
        return ("os_version",)
    return ("os_architecture",) if state in _ENDED and facts.is_x86 is None else ()
