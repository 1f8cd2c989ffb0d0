"""What tells the class of an asset, and what is out of scope for migration.

Patterns are regular expressions on lower-case text, in the dialect that Python and
Polars share (no look-around). Confidences are chosen, not measured: a fact of the
source beats an operating system, that beats a model, that beats a name.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ScopeReason(StrEnum):
    """Why an asset is out of scope for migration (FIELD.md, rule X1)."""

    RETIRED = "retired"
    HYPERVISOR_HOST = "hypervisor_host"
    WORKSTATION = "workstation"
    NETWORK_GEAR = "network_gear"


@dataclass(frozen=True)
class ClassRule:
    """One sign of an asset's class.

    Attributes:
        rule: Stable word for it.
        asset_type: One of the schema's words.
        field: The field of the record that it looks at.
        pattern: What the field must contain.
        reason: The evidence in a sentence; ``{}`` is the field's value.
    """

    rule: str
    asset_type: str
    field: str
    pattern: str
    confidence: float
    reason: str


HYPERVISOR_OS: Final = (
    r"\besxi?\b|vmkernel|\bhyper-?v server\b|\bproxmox|\bxenserver|\bcitrix hypervisor"
    r"|\bahv\b|\bacropolis|\boracle vm server"
)
DESKTOP_OS: Final = (
    r"\bwin(?:dows)? ?(?:xp|vista|7|8|8\.1|8\.x|10|11)\b|\bmac ?os\b|\bos x\b"
    r"|windows 2000 pro|suse linux enterprise desktop|\bchrome ?os\b|\bios \d"
    r"|\bandroid\b"
)
SERVER_OS: Final = (
    r"windows.*server|\bwin(?:dows)? ?(?:2k\d*|20\d\d)|\blinux\b|\brhel|\bred ?hat"
    r"|\bcent ?os|\bubuntu|\bdebian|\bsuse|\bsles|\bfedora|\brocky"
    r"|\balma ?linux|\bamzn|\boel ?\d"
    r"|\baix\b|\bhp-?ux|\bsolaris|\bsunos|\bfreebsd|\bibm i\b|\bos/?400|\bz/os"
    r"|\bopenvms"
    r"|\bphoton os"
)
NETWORK: Final = (
    r"\bcisco (?:ios|nx-?os|asa|catalyst|nexus|isr|asr|wlc)|\bios[ -]?xe\b|\bnx-?os\b"
    r"|\bjunos|\bfortios|\bfortigate|\bpan-?os\b|\bpalo alto|\bcheck ?point gaia"
    r"|\bcatalyst|\bnexus \d|\baruba|\barista|\bmeraki|\bjuniper|\bswitch\b|\brouter\b"
    r"|\bfirewall\b"
)
LOAD_BALANCER: Final = (
    r"\bbig-?ip\b|\btmos\b|\bf5\b|\bnetscaler|\bcitrix adc|\ba10 \w*thunder"
    r"|\bload ?balancer|\bkemp\b"
)
STORAGE: Final = (
    r"\bontap\b|\bnetapp|\bisilon|\bpowerstore|\bunity xt|\bvnx\d*\b|\bvmax"
    r"|\bpure ?storage|\bflasharray|\b3par\b|\bsynology|\bqnap|\bstorwize"
    r"|\bflashsystem|\bhitachi vsp"
    r"|\bdata ?domain"
)
APPLIANCE: Final = r"\bappliance\b|\bexadata|\bnetezza|\bdatapower|\bteradata"
VIRTUAL_MODEL: Final = (
    r"vmware|virtual (?:machine|platform)|\bkvm\b|\bqemu|\bhvm domu|\bvirtualbox"
    r"|google compute engine|\bahv\b|\brhev|\bovirt|\bopenstack"
)
SERVER_MODEL: Final = (
    r"proliant|poweredge|\bucs[ -]|system x|thinksystem|primergy|\bsun fire|\bsparc"
    r"|power ?system|\bsynergy|\bbladesystem|\bsuperserver|\bserver\b"
)
DESKTOP_MODEL: Final = (
    r"latitude|optiplex|thinkpad|thinkcentre|elitebook|elitedesk|probook"
    r"|prodesk|macbook"
    r"|\bimac\b|surface (?:pro|laptop|book)|\bprecision \d|\bzbook|ideapad|\blaptop"
    r"|\bdesktop\b|workstation"
)
CONTAINER: Final = r"\bcontainer image|\bdocker container|\bkubernetes pod|\bpod\b"

SIGNS: Final[tuple[ClassRule, ...]] = (
    ClassRule(
        "network_os", "network", "operating_system", NETWORK, 0.92,
        "The operating system “{}” is network gear's.",
    ),
    ClassRule(
        "load_balancer_os", "load_balancer", "operating_system", LOAD_BALANCER, 0.92,
        "The operating system “{}” is a load balancer's.",
    ),
    ClassRule(
        "storage_os", "storage", "operating_system", STORAGE, 0.92,
        "The operating system “{}” is a storage system's.",
    ),
    ClassRule(
        "load_balancer_model", "load_balancer", "model", LOAD_BALANCER, 0.9,
        "The model “{}” is a load balancer.",
    ),
    ClassRule(
        "network_model", "network", "model", NETWORK, 0.9,
        "The model “{}” is network gear.",
    ),
    ClassRule(
        "storage_model", "storage", "model", STORAGE, 0.9,
        "The model “{}” is a storage system.",
    ),
    ClassRule(
        "appliance_model", "appliance", "model", APPLIANCE, 0.85,
        "The model “{}” is an appliance.",
    ),
    ClassRule(
        "container_model", "container", "model", CONTAINER, 0.85,
        "The model “{}” is a container.",
    ),
    ClassRule(
        "hypervisor_os", "server", "operating_system", HYPERVISOR_OS, 0.95,
        "The operating system “{}” is a hypervisor's.",
    ),
    ClassRule(
        "desktop_os", "endpoint", "operating_system", DESKTOP_OS, 0.9,
        "The operating system “{}” is a workstation's.",
    ),
    ClassRule(
        "server_os", "server", "operating_system", SERVER_OS, 0.92,
        "The operating system “{}” is a server's.",
    ),
    ClassRule(
        "desktop_model", "endpoint", "model", DESKTOP_MODEL, 0.85,
        "The model “{}” is a workstation.",
    ),
    ClassRule(
        "server_model", "server", "model", SERVER_MODEL, 0.85,
        "The model “{}” is a server.",
    ),
    ClassRule(
        "load_balancer_role", "load_balancer", "server_role", r"^lb$", 0.85,
        "The role “{}” is a load balancer's.",
    ),
    ClassRule(
        "server_role", "server", "server_role", r"^(?:web|app|db|file|mail|dc|citrix)$",
        0.8, "The role “{}” is a server's.",
    ),
)  # fmt: skip
"""Signs in fields with few different values, strongest first."""

NAME_SIGNS: Final[tuple[ClassRule, ...]] = (
    ClassRule(
        "network_name", "network", "asset_name",
        r"(?:^|[-_.])(?:sw|switch|rtr|router|fw|firewall|wlc|ap)[-_]?\d*(?:[-_.]|$)",
        0.6, "The name “{}” is written as network gear's are.",
    ),
    ClassRule(
        "load_balancer_name", "load_balancer", "asset_name",
        r"(?:^|[-_.])(?:lb|slb|adc|f5)[-_]?\d*(?:[-_.]|$)", 0.6,
        "The name “{}” is written as load balancers' are.",
    ),
    ClassRule(
        "storage_name", "storage", "asset_name",
        r"(?:^|[-_.])(?:nas|san|filer|netapp)[-_]?\d*(?:[-_.]|$)", 0.6,
        "The name “{}” is written as storage systems' are.",
    ),
    ClassRule(
        "workstation_name", "endpoint", "asset_name",
        r"(?:^|[-_.])(?:lap|laptop|ltp|wks|wkst|desktop|pc|nb|notebook)[-_]?\d*"
        r"(?:[-_.]|$)",
        0.6, "The name “{}” is written as workstations' are.",
    ),
    ClassRule(
        "server_name", "server", "asset_name",
        r"(?:^|[-_.\d])(?:srv|svr|server|dc|sql|ora|db|app|web|file|print|mail|exch|ctx)"
        r"[-_]?\d*(?:[-_.]|$)", 0.6,
        "The name “{}” is written as servers' are.",
    ),
)  # fmt: skip
"""Signs in names: weak, used only where no other speaks."""

SURE_FROM: Final = 0.6
"""Below this the assistant is asked; chosen, not measured."""

UNKNOWN_CONFIDENCE: Final = 0.2
"""Of ``other``, where nothing tells the class; chosen, not measured."""
