"""Ports: which say nothing about an application, and which tell a server's part.

The noise list is FIELD.md's, "Dependencies"; edit the table to change it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

PROTOCOL_NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "132": "sctp"}
)
"""Numbers that flow logs write for protocols (IANA, Assigned Internet Protocol
Numbers)."""


class OnlyIf(StrEnum):
    """What must hold as well for traffic on a port to be noise."""

    ALWAYS = "always"
    TO_DOMAIN_CONTROLLER = "to_domain_controller"
    BACKUP = "backup"


@dataclass(frozen=True)
class NoisePort:
    """A port whose traffic is management, not a dependency."""

    port: int
    reason: str
    only_if: OnlyIf = OnlyIf.ALWAYS


NOISE_PORTS: Final[tuple[NoisePort, ...]] = (
    NoisePort(22, "ssh"),
    NoisePort(3389, "remote_desktop"),
    NoisePort(5985, "winrm"),
    NoisePort(5986, "winrm"),
    NoisePort(161, "snmp"),
    NoisePort(162, "snmp"),
    NoisePort(10050, "monitoring_agent"),
    NoisePort(10051, "monitoring_agent"),
    NoisePort(67, "dhcp"),
    NoisePort(68, "dhcp"),
    NoisePort(123, "time"),
    NoisePort(53, "dns"),
    NoisePort(88, "domain_controller", OnlyIf.TO_DOMAIN_CONTROLLER),
    NoisePort(389, "domain_controller", OnlyIf.TO_DOMAIN_CONTROLLER),
    NoisePort(636, "domain_controller", OnlyIf.TO_DOMAIN_CONTROLLER),
    NoisePort(445, "backup", OnlyIf.BACKUP),
)

SELF_EDGE: Final = "self"
"""The noise reason of an asset that talks to itself."""

KERBEROS: Final = 88
LDAP: Final = 389
"""Who answers on both is a domain controller."""

DOMAIN_CONTROLLER_NAME: Final = r"(?:^|[-_.\d])(?:dc|adc|addc|adds)[-_]?\d*(?:[-_.]|$)"
BACKUP_WORD: Final = (
    r"backup|veeam|commvault|netbackup|networker|avamar|rubrik|cohesity|arcserve|spectrum"
    r" protect|dpm\b"
)

SERVICE_PORTS: Final[dict[int, str]] = {
    25: "mail",
    80: "web",
    443: "web",
    1433: "Microsoft SQL Server",
    1521: "Oracle Database",
    3306: "MySQL",
    5432: "PostgreSQL",
    5672: "RabbitMQ",
    6379: "Redis",
    8080: "web",
    8443: "web",
    9092: "Kafka",
    9200: "Elasticsearch",
    27017: "MongoDB",
    50000: "Db2",
}
"""Registered or default ports of services (IANA's registry and the makers' manuals)."""

REBUILT_SERVICES: Final[dict[int, str]] = {
    53: "DNS",
    67: "DHCP",
    88: "domain controller",
}
"""Who answers here is rebuilt rather than moved (FIELD.md, rule B1)."""
