"""The words headers are made of, and which of them together mean a field.

Chosen from the spellings of ``asset_schema.json`` and the field research (FIELD.md).
A concept names the groups of words it needs and the words that change nothing.
"""

from dataclasses import dataclass
from typing import Final

_M: Final = "server vm machine device computer asset ci guest instance endpoint"
"""Words for the machine itself: ``Server Location`` is a location."""


@dataclass(frozen=True)
class Concept:
    """A way to say a field in words.

    Attributes:
        needs: Groups of words; one word of each must be there.
        may: Words that change nothing.
        values_must_agree: Whether the words alone are not enough to be sure.
        is_asked: Whether not even the values can tell, so that a person is asked.
        needs_unit: Whether it is meant only where the header names a unit.
        unit: What kind of unit the header may carry, a value of
            ``header_units.DIMENSIONS``; empty if none.
    """

    target: str
    needs: tuple[frozenset[str], ...]
    may: frozenset[str] = frozenset()
    values_must_agree: bool = False
    is_asked: bool = False
    unit: str = ""
    needs_unit: bool = False


def _concept(target: str, needs: str, may: str = "", unit: str = "") -> Concept:
    """Build a concept from text.

    Args:
        target: ``!`` before it asks the values too, ``?`` a person.
        unit: ``+`` before it says that the header must name one.
    """
    groups = tuple(frozenset(group.split("|")) for group in needs.split())
    return Concept(
        target.lstrip("!?"),
        groups,
        frozenset(may.split()),
        values_must_agree=target.startswith("!"),
        is_asked=target.startswith("?"),
        unit=unit.lstrip("+"),
        needs_unit=unit.startswith("+"),
    )


_SIZE: Final = "total size capacity provisioned allocated installed configured assigned"
_AMOUNT: Final = f"{_SIZE} amount {_M}"
_WHEN: Final = "date time timestamp on"
_SEEN: Final = "discovered detected reported installed primary detail"
"""What discovery tools put before a fact; it stays the same fact."""

CONCEPTS: Final = (
    _concept(
        "asset_name", "server|vm|machine|device|computer|asset|ci name", "display"
    ),
    _concept("!asset_name", "system name", "display"),
    _concept("!asset_name", "virtual machine|server"),
    _concept("!asset_name", "server|computer|machine"),
    _concept("!asset_name", "name label"),
    _concept("!asset_name", "object|profile|element|entity|node name"),
    _concept("!asset_name", "object"),
    _concept("!asset_name", "tag|tags name"),
    _concept("hostname", "hostname|netbios", f"name dns short local {_M}"),
    _concept("hostname", "dns host name", "short local"),
    _concept("?hostname", "vm host name"),
    _concept("fqdn", "fqdn", f"name primary local {_M}"),
    _concept("fqdn", "fully qualified", f"domain name {_M} host"),
    _concept("!fqdn", "dns name", f"primary full private internal local {_M} host"),
    _concept("!external_id", "asset|cmdb|ci|inventory|device|server id|tag", "count"),
    _concept("!external_id", "application id"),
    _concept("!external_id", "inventory count"),
    _concept("!external_id", "external|source id", _M),
    _concept("!external_id", "instance|node|resource id", "cloud"),
    _concept("serial_number", "serial", f"count hardware product bios system {_M}"),
    _concept(
        "vm_uuid", "uuid", "vm bios smbios machine hardware server product system"
    ),
    _concept(
        "ip_address",
        "ip",
        f"address primary private public external internal list main management local "
        f"nic host last reported secondary additional other all {_M}",
    ),
    _concept("!ip_address", "address", f"6 4 primary {_M} host"),
    _concept("mac_address", "mac", f"address primary list {_M}"),
    _concept("!asset_type", "asset|ci|device type|class|category", "name inventory"),
    _concept("!is_virtual", "virtual|virtualized", f"physical phys flag host {_M}"),
    _concept("!is_virtual", "virtualization physical|phys", "flag"),
    _concept("hypervisor", "hypervisor", "type platform name"),
    _concept("hypervisor", "virtualization platform|technology|software"),
    _concept(
        "hypervisor_host", "esx|hypervisor|vmware host|hostname|server", "name vmware"
    ),
    _concept("!hypervisor_host", "virtual|virtualization host", "name"),
    _concept("hypervisor_host", "parent host", "name"),
    _concept("!hypervisor_host", "hosting|hosted server|host|hostname", "name"),
    _concept("?hypervisor_host", "vm host name"),
    _concept("power_state", "power state|status", _M),
    _concept("power_state", "powerstate|powerstatus", _M),
    _concept("!power_state", "instance|vm|guest state|status"),
    _concept("!power_state", "virtual machine state|status"),
    _concept("!power_state", "power", _M),
    _concept("!power_state", "on off", _M),
    _concept("is_template", "template", "vm flag"),
    _concept("environment", "environment", f"type name application lifecycle {_M}"),
    _concept(
        "!operational_status",
        "cmdb|deployment|lifecycle|operational|asset|ci|server|device|vm "
        "status|state|stage",
    ),
    _concept("operating_system", "os", f"name full family description {_SEEN} {_M}"),
    _concept("!operating_system", "os", f"type image platform {_SEEN} {_M}"),
    _concept("!operating_system", "distribution", f"name os {_SEEN}"),
    _concept("!operating_system", "platform name|detail|description", _SEEN),
    _concept("!operating_system", "guest name", "full"),
    _concept(
        "os_version", "os version|release", f"count name full sp patch {_SEEN} {_M}"
    ),
    _concept("os_version", "distribution version|release", "count full os"),
    _concept("!os_architecture", "architecture|bit", f"os {_M}"),
    _concept("cpu_cores", "vcpu|core|vcore", f"cpu count total logical allocated {_M}"),
    _concept("cpu_cores", "cpu virtual", f"count total allocated {_M}"),
    _concept("cpu_cores", "cpu logical", f"count total {_M}"),
    _concept("cpu_cores", "cpu core", f"count total allocated installed {_M}"),
    _concept("!cpu_cores", "vcpu peak"),
    _concept("!cpu_sockets", "cpu physical", "count total"),
    _concept("cpu_sockets", "socket", f"cpu count total {_M}"),
    _concept("cores_per_socket", "core per socket|cpu", "count"),
    _concept(
        "memory_mb",
        "memory",
        f"{_AMOUNT} physical visible system speicher",
        unit="size",
    ),
    _concept(
        "storage_provisioned_gb",
        "disk|storage",
        f"{_AMOUNT} space drive hard speicher",
        unit="size",
    ),
    _concept("?storage_provisioned_gb", "provisioned|allocated", _SIZE, unit="+size"),
    _concept("?storage_used_gb", "used|use|consumed", "total", unit="+size"),
    _concept("storage_used_gb", "disk|storage util", _M, unit="+size"),
    _concept(
        "storage_provisioned_gb",
        "provisioned|allocated space",
        f"{_AMOUNT} disk storage",
        unit="size",
    ),
    _concept(
        "storage_used_gb",
        "disk|storage|space|fs used|consumed|use",
        f"{_M} total size capacity disk storage space fs",
        unit="size",
    ),
    _concept("disk_count", "disk count", f"total virtual attached {_M}"),
    _concept("nic_count", "nic count", f"total virtual network {_M}"),
    _concept("nic_count", "network count adapter|interface|card", f"total {_M}"),
    _concept("cpu_util_avg_pct", "cpu|vcpu util", f"avg {_M}", unit="percent"),
    _concept("cpu_util_avg_pct", "cpu|vcpu avg", f"util {_M}", unit="percent"),
    _concept("cpu_util_peak_pct", "cpu|vcpu peak", f"util {_M}", unit="percent"),
    _concept("!cpu_util_peak_pct", "cpu|vcpu p95", f"util {_M}", unit="percent"),
    _concept("mem_util_avg_pct", "memory util", f"avg used {_M}", unit="percent"),
    _concept("mem_util_avg_pct", "memory avg", f"util {_M}", unit="percent"),
    _concept("mem_util_peak_pct", "memory peak", f"util {_M}", unit="percent"),
    _concept("!mem_util_peak_pct", "memory p95", f"util {_M}", unit="percent"),
    _concept("disk_read_iops", "read iops", "disk avg"),
    _concept("disk_write_iops", "write iops", "disk avg"),
    _concept("disk_read_mbps", "disk read", "throughput avg", unit="rate"),
    _concept("disk_write_mbps", "disk write", "throughput avg", unit="rate"),
    _concept("net_in_mbps", "network in|inbound|received|rx", "throughput avg", "rate"),
    _concept("net_out_mbps", "network out|outbound|sent|tx", "throughput avg", "rate"),
    _concept("!boot_type", "boot|firmware type|mode", "firmware bios"),
    _concept(
        "application_name",
        "application",
        "name business hosted supported list main primary service",
    ),
    _concept("!server_role", "role|function", f"primary main {_M}"),
    _concept("database_engine", "db engine|type|platform|technology|software|product"),
    _concept("database_version", "db version"),
    _concept("database_size_gb", "db size", "total", unit="size"),
    _concept("business_owner", "business|application|product|service owner", "name"),
    _concept(
        "technical_owner",
        "technical|it|system|infrastructure|support owner|contact|lead",
        "name person",
    ),
    _concept("technical_owner", "support team|group", "name"),
    _concept("technical_owner", "owner|contact administrator|admin", "name"),
    _concept("technical_owner", "sysadmin|administrator", f"name system {_M}"),
    _concept("business_unit", "business|organization|corporate unit", "name owning"),
    _concept("business_unit", "department|businessunit", "name owning business"),
    _concept("business_unit", "organization", "name owning"),
    _concept("!business_owner", "owner name"),
    _concept("business_unit", "cost centre", "name code"),
    _concept(
        "business_criticality",
        "criticality",
        f"business application level rating service {_M}",
    ),
    _concept("data_classification", "data classification|sensitivity", "level"),
    _concept("location", "location|site", f"name physical datacenter dc {_M}"),
    _concept("location", "datacenter", "name location"),
    _concept("!location", "building", "name code"),
    _concept("location", "data centre", "name location"),
    _concept("cluster", "cluster", "name vmware esx vsphere attached"),
    _concept("manufacturer", "manufacturer", f"hardware system name {_SEEN} {_M}"),
    _concept("model", "model", f"hardware system name count product type {_SEEN} {_M}"),
    _concept("!model", "product name", f"system hardware {_M}"),
    _concept("rto_hours", "rto", "target", unit="time"),
    _concept("rto_hours", "recovery time objective", "rto", unit="time"),
    _concept("rpo_minutes", "rpo", "target", unit="time"),
    _concept("rpo_minutes", "recovery point objective", "rpo", unit="time"),
    _concept("installed_date", "install|installed|installation date|on", _M),
    _concept("installed_date", "deployed|deployment|commissioned date|on", _M),
    _concept("!installed_date", "commissioned", _M),
    _concept("!installed_date", "in service|production|prod date|since"),
    _concept("!installed_date", "production|prod date|since", _M),
    _concept("!installed_date", "mise service|production", "date"),
    _concept("last_seen", "last seen|scan|scanned|discovered|discovery", _WHEN),
    _concept("last_seen", "last update|updated", f"date time on {_M}"),
    _concept("first_seen", "first seen|discovered|discovery|found", _WHEN),
    _concept("last_seen", "last check|checkin", _WHEN),
    _concept("!last_seen", "last contact|active|activity|polled|reported", _WHEN),
    _concept("!last_seen", "last inventory|synced|sync|connected|assessed", _WHEN),
    _concept("!last_seen", "report|inventory timestamp|date"),
    _concept("installed_date", "go live", f"date {_M}"),
    _concept("installed_date", "golive", f"date {_M}"),
    _concept("monthly_cost", "monthly|month cost|spend|price", "total run per usd eur"),
    _concept(
        "six_r_source",
        "sixr",
        "strategy disposition treatment migration proposed recommended planned",
    ),
    _concept("!six_r_source", "migration strategy|disposition|treatment|approach"),
    _concept("wave", "wave", "migration name count move planned target"),
    _concept("wave", "move group", "name"),
    _concept("depends_on", "depends", f"on list upstream application system {_M}"),
    _concept("!tags", "tag|label", "custom vm cloud list resource"),
    _concept("description", "description", f"name general short additional {_M}"),
)
"""In no order: a header that several concepts of different fields fit is unsure."""

_S: Final = "source|src|client|from"
_D: Final = "destination|dest|dst|target|to"
EDGE_CONCEPTS: Final = (
    _concept("!edge.source_ip", f"{_S} address"),
    _concept("!edge.dest_ip", f"{_D} address"),
    _concept("!edge.source_name", f"{_S} name"),
    _concept("!edge.dest_name", f"{_D} name"),
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
    _concept("edge.bytes_total", "total|transferred", unit="+size"),
)
