"""What a header means by its words, where no exact spelling is known.

A concept holds if every group of words it needs is touched and no word is left over
that it does not allow: ``Backup Server IP`` is no ``ip_address``, because nothing
allows ``backup``. The words were chosen from the spellings of ``asset_schema.json``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process

from discovery_app.knowledge.header_units import DIMENSIONS, HeaderParts

TYPO_SCORE: Final = 84.0
"""How alike (0–100) a misspelt word and a known one must be; chosen on headers with
one or two letters wrong, missing or swapped."""

_SHORTEST_TYPO: Final = 5
"""Shorter words have too many neighbours to be taken for each other."""

_MACHINE: Final = frozenset(
    [
        "server",
        "vm",
        "machine",
        "device",
        "computer",
        "asset",
        "ci",
        "guest",
        "instance",
        "endpoint",
    ]
)
_FILLERS: Final = frozenset(
    [
        "of",
        "the",
        "a",
        "an",
        "in",
        "to",
        "for",
        "is",
        "and",
        "or",
        "s",
        "value",
        "current",
    ]
)

_SAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "#": "count",
        "addr": "address",
        "adr": "address",
        "anzahl": "count",
        "app": "application",
        "arch": "architecture",
        "average": "avg",
        "mean": "avg",
        "biz": "business",
        "bu": "businessunit",
        "bus": "business",
        "center": "centre",
        "comment": "description",
        "cpu": "cpu",
        "crit": "criticality",
        "database": "db",
        "datacentre": "datacenter",
        "dbms": "db",
        "dependency": "depends",
        "depend": "depends",
        "dept": "department",
        "desc": "description",
        "dev": "device",
        "division": "department",
        "env": "environment",
        "environ": "environment",
        "esxi": "esx",
        "fn": "function",
        "hdd": "disk",
        "hw": "hardware",
        "id": "id",
        "identifier": "id",
        "ipv4": "ip",
        "ipv6": "ip",
        "kerne": "core",
        "loc": "location",
        "make": "manufacturer",
        "max": "peak",
        "maximum": "peak",
        "mem": "memory",
        "mfr": "manufacturer",
        "mgmt": "management",
        "nb": "count",
        "net": "network",
        "no": "count",
        "note": "description",
        "nr": "count",
        "num": "count",
        "number": "count",
        "org": "organization",
        "organisation": "organization",
        "organizational": "organization",
        "proc": "cpu",
        "processor": "cpu",
        "qty": "count",
        "quantity": "count",
        "ram": "memory",
        "remark": "description",
        "srv": "server",
        "svr": "server",
        "sn": "serial",
        "tech": "technical",
        "usage": "util",
        "utilisation": "util",
        "utilization": "util",
        "vendor": "manufacturer",
        "ver": "version",
        "virt": "virtualization",
        "virtualisation": "virtualization",
    }
)
"""Words that mean the same in a header."""


@dataclass(frozen=True)
class Concept:
    """A way to say a field in words.

    Attributes:
        needs: Groups of words; one word of each must be there.
        may: Words that change nothing.
        values_must_agree: Whether the words alone are not enough to be sure.
        unit: What kind of unit the header may carry, a value of
            ``header_units.DIMENSIONS``; empty if none.
    """

    target: str
    needs: tuple[frozenset[str], ...]
    may: frozenset[str] = frozenset()
    values_must_agree: bool = False
    unit: str = ""


@dataclass(frozen=True)
class ConceptMatch:
    """A concept that a header means, and whether a word had to be corrected."""

    concept: Concept
    corrected: str = ""


def _concept(target: str, needs: str, may: str = "", unit: str = "") -> Concept:
    """Build a concept from text; ``!`` before the target asks the values too."""
    groups = tuple(frozenset(group.split("|")) for group in needs.split())
    return Concept(
        target.removeprefix("!"),
        groups,
        frozenset(may.split()),
        values_must_agree=target.startswith("!"),
        unit=unit,
    )


_M: Final = " ".join(sorted(_MACHINE))
_SIZE: Final = "total size capacity provisioned allocated installed configured assigned"
_AMOUNT: Final = f"{_SIZE} amount {_M}"

CONCEPTS: Final = (
    _concept(
        "asset_name", "server|vm|machine|device|computer|asset|ci name", "display"
    ),
    _concept("hostname", "hostname|netbios", "name server machine device computer"),
    _concept("fqdn", "fqdn", f"name {_M}"),
    _concept("fqdn", "fully qualified", f"domain name {_M} host"),
    _concept("!external_id", "asset|cmdb|ci|inventory|device id|tag", "count"),
    _concept("!external_id", "external|source id", _M),
    _concept("serial_number", "serial", f"count hardware {_M}"),
    _concept("vm_uuid", "uuid", "vm bios smbios machine hardware server"),
    _concept(
        "ip_address",
        "ip",
        f"address primary private public external internal list main management v4 v6 {_M}",
    ),
    _concept("mac_address", "mac", f"address primary list {_M}"),
    _concept("!asset_type", "asset|ci|device type|class|category", "name"),
    _concept("!is_virtual", "virtual|virtualized", f"physical flag {_M}"),
    _concept("hypervisor", "hypervisor", "type platform name"),
    _concept("hypervisor", "virtualization platform|technology|software"),
    _concept("hypervisor_host", "esx|hypervisor host|server", "name vmware"),
    _concept("hypervisor_host", "parent|virtualization host", "name"),
    _concept("power_state", "power state|status", _M),
    _concept("power_state", "powerstate|powerstatus", _M),
    _concept("is_template", "template", "vm flag"),
    _concept("environment", "environment", f"type name application {_M}"),
    _concept(
        "!operational_status",
        "lifecycle|operational|asset|ci|server|device|vm status|state|stage",
    ),
    _concept("operating_system", "os", f"name full family description installed {_M}"),
    _concept("!operating_system", "os", f"type {_M}"),
    _concept("os_version", "os version|release", f"count name full {_M}"),
    _concept("!os_architecture", "architecture|bit", f"os {_M}"),
    _concept("cpu_cores", "vcpu|core|vcore", f"cpu count total logical allocated {_M}"),
    _concept("cpu_cores", "cpu logical", f"count total {_M}"),
    _concept("cpu_cores", "cpu core", f"count total allocated {_M}"),
    _concept("cpu_sockets", "socket", f"cpu count total {_M}"),
    _concept("cores_per_socket", "core per socket|cpu", "count"),
    _concept("memory_mb", "memory", f"{_AMOUNT} physical", unit="size"),
    _concept(
        "storage_provisioned_gb",
        "disk|storage",
        f"{_AMOUNT} space",
        unit="size",
    ),
    _concept(
        "storage_used_gb",
        "disk|storage|space used|consumed",
        f"{_M} total size capacity disk storage space",
        unit="size",
    ),
    _concept("disk_count", "disk count", f"total virtual attached {_M}"),
    _concept("nic_count", "nic count", f"total virtual network {_M}"),
    _concept("nic_count", "network count adapter|interface|card", f"total {_M}"),
    _concept("cpu_util_avg_pct", "cpu util", f"avg {_M}", unit="percent"),
    _concept("cpu_util_avg_pct", "cpu avg", f"util {_M}", unit="percent"),
    _concept("cpu_util_peak_pct", "cpu peak", f"util {_M}", unit="percent"),
    _concept("!cpu_util_peak_pct", "cpu p95", f"util {_M}", unit="percent"),
    _concept("mem_util_avg_pct", "memory util", f"avg {_M}", unit="percent"),
    _concept("mem_util_avg_pct", "memory avg", f"util {_M}", unit="percent"),
    _concept("mem_util_peak_pct", "memory peak", f"util {_M}", unit="percent"),
    _concept("!mem_util_peak_pct", "memory p95", f"util {_M}", unit="percent"),
    _concept("disk_read_iops", "read iops", "disk avg"),
    _concept("disk_write_iops", "write iops", "disk avg"),
    _concept("disk_read_mbps", "disk read", "throughput avg", unit="rate"),
    _concept("disk_write_mbps", "disk write", "throughput avg", unit="rate"),
    _concept("net_in_mbps", "network in|inbound|received|rx", "throughput avg", "rate"),
    _concept("net_out_mbps", "network out|outbound|sent|tx", "throughput avg", "rate"),
    _concept("!boot_type", "boot|firmware type|mode", "firmware"),
    _concept("application_name", "application", "name business hosted supported list"),
    _concept("!server_role", "role|function", f"primary main {_M}"),
    _concept("database_engine", "db engine|type|platform|technology|software|product"),
    _concept("database_version", "db version"),
    _concept("database_size_gb", "db size", "total", unit="size"),
    _concept("business_owner", "business|application|product owner", "name"),
    _concept(
        "technical_owner",
        "technical|it|system|infrastructure|support owner|contact|lead",
        "name",
    ),
    _concept("technical_owner", "support team|group", "name"),
    _concept("technical_owner", "sysadmin|administrator", f"name system {_M}"),
    _concept("business_unit", "business|organization unit", "name owning"),
    _concept("business_unit", "department|businessunit", "name owning business"),
    _concept("business_unit", "cost centre", "name code"),
    _concept(
        "business_criticality",
        "criticality",
        f"business application level rating service {_M}",
    ),
    _concept("data_classification", "data classification|sensitivity", "level"),
    _concept("location", "location|site", f"name physical datacenter {_M}"),
    _concept("location", "datacenter", "name location"),
    _concept("location", "data centre", "name location"),
    _concept("cluster", "cluster", "name vmware esx vsphere"),
    _concept("manufacturer", "manufacturer", f"hardware name {_M}"),
    _concept("model", "model", f"hardware name count product {_M}"),
    _concept("rto_hours", "rto", "target", unit="time"),
    _concept("rto_hours", "recovery time objective", "rto", unit="time"),
    _concept("rpo_minutes", "rpo", "target", unit="time"),
    _concept("rpo_minutes", "recovery point objective", "rpo", unit="time"),
    _concept("installed_date", "install|installed|installation date", _M),
    _concept("installed_date", "deployed|deployment|commissioned date", _M),
    _concept(
        "last_seen", "last seen|scan|scanned|discovered|discovery", "date time on"
    ),
    _concept("last_seen", "last update|updated", f"date time on {_M}"),
    _concept("first_seen", "first seen|discovered|discovery", "date time on"),
    _concept("monthly_cost", "monthly|month cost|spend", "total run per usd eur"),
    _concept("six_r_source", "sixr", "strategy disposition treatment migration"),
    _concept("!six_r_source", "migration strategy|disposition|treatment|approach"),
    _concept("wave", "wave", "migration name count move planned target"),
    _concept("wave", "move group", "name"),
    _concept("depends_on", "depends", f"on list upstream application system {_M}"),
    _concept("tags", "tag|label", "custom vm cloud list resource"),
    _concept("description", "description", f"general short additional {_M}"),
)
"""In no order: a header that several concepts of different fields fit is unsure."""

_S: Final = "source|src|client|from"
_D: Final = "destination|dest|dst|target|to"
EDGE_CONCEPTS: Final = (
    _concept("edge.source_ip", f"{_S} ip", "address server host"),
    _concept("edge.dest_ip", f"{_D} ip", "address server host"),
    _concept(
        "edge.source_name", f"{_S} hostname|host|server|machine|vm|computer", "name"
    ),
    _concept(
        "edge.dest_name", f"{_D} hostname|host|server|machine|vm|computer", "name"
    ),
    _concept("edge.source_application", f"{_S} application", "name"),
    _concept("edge.dest_application", f"{_D} application", "name"),
    _concept("edge.source_process", f"{_S} process", "name"),
    _concept("edge.dest_process", f"{_D} process", "name"),
    _concept("edge.dest_port", f"{_D} port", "count"),
    _concept("edge.dest_port", "service|listening port", "count"),
    _concept("edge.protocol", "protocol|proto", "name transport network l4 ip"),
    _concept("edge.connection_count", "connection|flow count", "total"),
    _concept("edge.bytes_total", "bytes", "total transferred count"),
)

_VOCABULARY: Final = (
    frozenset(_SAME)
    | frozenset(_SAME.values())
    | _FILLERS
    | frozenset(
        word
        for concept in (*CONCEPTS, *EDGE_CONCEPTS)
        for group in (*concept.needs, concept.may)
        for word in group
    )
)
_LONG_WORDS: Final = tuple(
    sorted(word for word in _VOCABULARY if len(word) >= _SHORTEST_TYPO)
)


@cache
def _canonical(word: str) -> tuple[str, str]:
    """Return what ``word`` stands for, and the word it was corrected to, if it was."""
    if word in _VOCABULARY:
        return _SAME.get(word, word), ""
    if word.endswith("s") and word[:-1] in _VOCABULARY:
        return _SAME.get(word[:-1], word[:-1]), ""
    if word.endswith("ies") and f"{word[:-3]}y" in _VOCABULARY:
        single = f"{word[:-3]}y"
        return _SAME.get(single, single), ""
    if len(word) < _SHORTEST_TYPO:
        return word, ""
    near = process.extractOne(
        word, _LONG_WORDS, scorer=fuzz.ratio, score_cutoff=TYPO_SCORE
    )
    if near is None or near[0][0] != word[0]:
        return word, ""
    return _SAME.get(near[0], near[0]), near[0]


def match_concepts(
    parts: HeaderParts, concepts: Sequence[Concept] = CONCEPTS
) -> list[ConceptMatch]:
    """Return the concepts that a header's words fit, the most telling first."""
    canonical = [_canonical(word) for word in parts.words]
    words = {word for word, _ in canonical if word not in _FILLERS}
    words |= {word for word, _ in canonical if word in {"to", "in"}}
    if parts.is_share and parts.unit == "percent":
        words.add("util")
    corrected = " ".join(correction for _, correction in canonical if correction)
    fitting = [c for c in concepts if _fits(c, words - {"in"} | _kept_in(c, words))]
    fitting = [c for c in fitting if _unit_fits(c, parts)]
    fitting.sort(key=lambda concept: -len(concept.needs))
    return [ConceptMatch(concept, corrected) for concept in fitting]


def _kept_in(concept: Concept, words: set[str]) -> set[str]:
    """Keep ``in`` only for those concepts that speak of a direction."""
    directed = any("in" in group for group in concept.needs)
    return {"in"} & words if directed else set()


def _fits(concept: Concept, words: set[str]) -> bool:
    left = set(words) - concept.may
    for group in concept.needs:
        if group.isdisjoint(words):
            return False
        left -= group
    return not left


def _unit_fits(concept: Concept, parts: HeaderParts) -> bool:
    if parts.unit is None:
        return True
    return DIMENSIONS[parts.unit] == concept.unit
