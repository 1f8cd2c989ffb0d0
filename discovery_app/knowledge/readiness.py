"""What must be known of an application before it can be planned.

The 22 attributes with their weights are FIELD.md's, "Data quality". Which fields tell
an attribute, which words in the headers of custom columns do, and who can answer were
chosen. Nine attributes have no field of their own: inventory tools do not export them,
so only a custom column or a workshop can tell.
"""

from dataclasses import dataclass
from typing import Final

DISPUTED_QUALITY: Final = 0.5
"""What a value counts while a conflict about it is open; chosen."""

PRODUCTION: Final = 85.0
PRELIMINARY: Final = 70.0
NEEDS_DATA: Final = 50.0
"""Percent from which an application is ready for production planning, for preliminary
planning, or needs data; below it, it is not ready (FIELD.md)."""


@dataclass(frozen=True)
class Attribute:
    """One thing to know of an application.

    Attributes:
        weight: Its share of the whole, which is 1.
        parts: Each part is told by any of its fields; each counts the same.
            ``edges`` stands for known dependencies, ``findings`` for a clear
            end-of-life state.
        words: A custom column whose header holds one of them tells it, too.
        ask: Who should answer.
    """

    name: str
    label: str
    group: str
    weight: float
    parts: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()
    ask: str = "Technical owner"


_INFRASTRUCTURE, _APPLICATION = "Infrastructure", "Application"
_BUSINESS, _DEBT = "Business", "Technical debt"
_OPERATIONS, _ARCHITECT = "Infrastructure operations", "Application architect"
_OWNER, _DEVELOPERS = "Business owner", "Development team"

ATTRIBUTES: Final = (
    Attribute(
        "operating_system",
        "Operating system",
        _INFRASTRUCTURE,
        0.05,
        (("operating_system",),),
        ask=_OPERATIONS,
    ),
    Attribute(
        "sizing",
        "CPU, memory and storage",
        _INFRASTRUCTURE,
        0.05,
        (
            ("cpu_cores",),
            ("memory_mb",),
            ("storage_provisioned_gb", "storage_used_gb"),
        ),
        ask=_OPERATIONS,
    ),
    Attribute(
        "network",
        "Network",
        _INFRASTRUCTURE,
        0.04,
        (("ip_address",),),
        ask=_OPERATIONS,
    ),
    Attribute(
        "virtualisation",
        "Virtualisation",
        _INFRASTRUCTURE,
        0.04,
        (("is_virtual", "hypervisor"),),
        ask=_OPERATIONS,
    ),
    Attribute(
        "performance",
        "Performance",
        _INFRASTRUCTURE,
        0.04,
        (
            ("cpu_util_avg_pct", "cpu_util_peak_pct"),
            ("mem_util_avg_pct", "mem_util_peak_pct"),
        ),
        ask=_OPERATIONS,
    ),
    Attribute(
        "availability",
        "Availability",
        _INFRASTRUCTURE,
        0.03,
        (("rto_hours",), ("rpo_minutes",)),
        ask=_OWNER,
    ),
    Attribute(
        "stack",
        "Technology stack",
        _APPLICATION,
        0.08,
        (("server_role", "database_engine"),),
        ("stack", "technology", "language", "middleware"),
        _ARCHITECT,
    ),
    Attribute(
        "architecture",
        "Architecture",
        _APPLICATION,
        0.07,
        words=("architecture", "pattern"),
        ask=_ARCHITECT,
    ),
    Attribute(
        "integrations",
        "Integrations",
        _APPLICATION,
        0.06,
        (("edges", "depends_on"),),
        ("integration", "interface"),
        _ARCHITECT,
    ),
    Attribute(
        "data",
        "Data",
        _APPLICATION,
        0.06,
        (("database_engine", "database_size_gb", "data_classification"),),
        ("data volume", "database"),
        _ARCHITECT,
    ),
    Attribute(
        "load",
        "Load",
        _APPLICATION,
        0.05,
        (
            (
                "net_in_mbps",
                "net_out_mbps",
                "disk_read_iops",
                "disk_write_iops",
            ),
        ),
        ("users", "transactions", "load profile"),
        _OPERATIONS,
    ),
    Attribute(
        "logic",
        "Business logic",
        _APPLICATION,
        0.05,
        words=("business logic", "complexity"),
        ask=_DEVELOPERS,
    ),
    Attribute(
        "configuration",
        "Configuration",
        _APPLICATION,
        0.04,
        words=("configuration",),
        ask=_DEVELOPERS,
    ),
    Attribute(
        "security",
        "Security",
        _APPLICATION,
        0.04,
        words=("security", "authentication"),
        ask=_ARCHITECT,
    ),
    Attribute(
        "criticality",
        "Criticality",
        _BUSINESS,
        0.08,
        (("business_criticality",),),
        ask=_OWNER,
    ),
    Attribute(
        "change_tolerance",
        "Change tolerance",
        _BUSINESS,
        0.05,
        words=("change tolerance", "maintenance window", "change window", "downtime"),
        ask=_OWNER,
    ),
    Attribute(
        "compliance",
        "Compliance",
        _BUSINESS,
        0.04,
        (("data_classification",),),
        ("compliance", "regulat", "gdpr", "pci"),
        _OWNER,
    ),
    Attribute(
        "stakeholders",
        "Stakeholders",
        _BUSINESS,
        0.03,
        (("business_owner",), ("technical_owner", "business_unit")),
        ask=_OWNER,
    ),
    Attribute(
        "code",
        "Code quality",
        _DEBT,
        0.03,
        words=("code quality", "technical debt", "maintainability"),
        ask=_DEVELOPERS,
    ),
    Attribute(
        "vulnerabilities",
        "Vulnerabilities",
        _DEBT,
        0.03,
        words=("vulnerab", "cve"),
        ask=_DEVELOPERS,
    ),
    Attribute(
        "end_of_life",
        "End of life",
        _DEBT,
        0.02,
        (("findings",),),
        ask=_OPERATIONS,
    ),
    Attribute(
        "documentation",
        "Documentation",
        _DEBT,
        0.02,
        (("description",),),
        ("documentation", "runbook"),
        _DEVELOPERS,
    ),
)
"""In FIELD.md's order; the weights add up to 1."""


def readiness_level(percent: float) -> str:
    """Return ``production``, ``preliminary``, ``needs_data`` or ``not_ready``."""
    if percent >= PRODUCTION:
        return "production"
    if percent >= PRELIMINARY:
        return "preliminary"
    return "needs_data" if percent >= NEEDS_DATA else "not_ready"
