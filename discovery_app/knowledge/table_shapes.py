"""Whether the headers of a table of no known source read like an inventory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from discovery_app.knowledge.headers import header_words, normalise_header, words_of


@dataclass(frozen=True)
class InventoryScore:
    """How much a table's headers read like an inventory.

    Attributes:
        names: Columns that name a machine or an application.
        facts: Columns that describe it.
    """

    names: int
    facts: int


_NAMING: Final = words_of("""
    hostname servername machinename vmname computername devicename assetname
    systemname instancename nodename fqdn dnsname host server machine computer vm
    virtualmachine device asset node hosts servers system name ci ciname
    configurationitem serialnumber serial assettag assetid serverid machineid
    instanceid externalid uuid application applicationname app appname apps
    rechner rechnername servers gerät hostnamen anwendung serveur nom servidor nombre
    nomserveur nomduserveur nombredelservidor equipo
    """)
_FACTS: Final = words_of("""
    os osname osversion operating operatingsystem betriebssystem platform ip ipaddress
    ipv4 address mac cpu cpus vcpu vcpus cores core processor processors prozessoren
    memory ram arbeitsspeicher speicher disk disks storage capacity provisioned
    environment umgebung env owner verantwortlicher location standort site datacenter
    manufacturer hersteller vendor model modell serial cluster hypervisor esx role
    tier criticality status state lifecycle domain department abteilung application
    applications anwendung database type category description beschreibung version
    technology technologies language business service support backup power powerstate
    ipadresse adresse système systeme sistema mémoire memoria processeur procesador
    entorno environnement propriétaire propietario
    """)


def inventory_score(headers: Sequence[str]) -> InventoryScore:
    """Count the columns that name a thing and those that describe it."""
    names = facts = 0
    for header in headers:
        words = set(header_words(header))
        if normalise_header(header) in _NAMING or _ends_in_name(words):
            names += 1
        elif not words.isdisjoint(_FACTS) or normalise_header(header) in _FACTS:
            facts += 1
    return InventoryScore(names, facts)


_THINGS: Final = words_of(
    "server host machine vm device computer asset node system application app"
)


def _ends_in_name(words: set[str]) -> bool:
    return not words.isdisjoint({"name", "id", "tag"}) and not words.isdisjoint(_THINGS)


_FROM: Final = (
    "source",
    "src",
    "client",
    "local",
    "quell",
    "quelle",
    "origin",
    "from",
    "von",
)
_TO: Final = (
    "destination",
    "dest",
    "dst",
    "remote",
    "server",
    "ziel",
    "target",
    "to",
    "nach",
)
_ENDS: Final = words_of(
    """
    ip address addr host hostname name server machine fqdn port computer application
    app system service ci asset node vm
    """
)
_FLOW: Final = words_of(
    "port ports protocol transport bytes packets connections proto flows"
)
_RELATION: Final = words_of(
    """
    relationship relation relations dependency dependencies depends direction type
    kind link connection edge
    """
)
_MACHINE_FACTS: Final = words_of(
    "os operating cpu cpus vcpu cores memory ram disk storage wave model serial"
)


def is_connection_list(headers: Sequence[str]) -> bool:
    """Return whether headers name two ends and what lies between them.

    "Source server" and "Target server" with facts about machines are a migration
    plan, not connections, so there has to be a port, a protocol, an amount or the
    kind of relation, and no processor, memory or operating system.
    """
    starts = any(_names_end(header, _FROM) for header in headers)
    ends = any(_names_end(header, _TO) for header in headers)
    words = {word for header in headers for word in header_words(header)}
    joined = {normalise_header(header) for header in headers}
    flows = not words.isdisjoint(_FLOW | _RELATION) or any(
        name.endswith(("port", "protocol", "bytes")) for name in joined
    )
    return starts and ends and flows and words.isdisjoint(_MACHINE_FACTS)


def _names_end(header: str, sides: tuple[str, ...]) -> bool:
    words = header_words(header)
    if not words:
        return False
    if words[0] in sides:
        return len(words) == 1 or not _ENDS.isdisjoint(words[1:])
    joined = normalise_header(header)
    side = next((side for side in sides if joined.startswith(side)), None)
    return side is not None and joined.removeprefix(side) in _ENDS
