"""Exports of platforms, portals and network sensors, and what their columns mean.

From the tools' own documentation: Hyper-V's ``Get-VM`` (Microsoft Learn, sizes in
bytes), Nutanix Prism's VM table, Proxmox VE's API ``/cluster/resources`` (sizes in
bytes, load as a share), Device42's device import sheet, the Azure portal's list of
discovered servers and its assessment export, and Zeek's ``conn.log``.
"""

from types import MappingProxyType
from typing import Final

from discovery_app.knowledge.headers import words_of
from discovery_app.knowledge.source_presets import Meaning, Preset, meanings
from discovery_app.knowledge.source_rules import SourceRule, TableRole, TableRule

HYPER_V: Final = SourceRule(
    source="hyper_v",
    title="Hyper-V Get-VM",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Hyper-V Get-VM: one row a virtual machine.",
            needs=words_of("name state"),
            any_of=words_of("memoryassigned memorystartup processorcount"),
            with_any=words_of("vmid generation uptime cpuusage"),
        ),
    ),
    typical=words_of("cpuusage memoryassigned uptime status version computername"),
)

PRISM: Final = SourceRule(
    source="nutanix_prism",
    title="Nutanix Prism",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Nutanix Prism: one row a virtual machine.",
            needs=words_of("vmname memorycapacity"),
            any_of=words_of(
                "controllerreadiops controllerwriteiops controlleriobandwidth flashmode"
            ),
        ),
    ),
    typical=words_of("host ipaddresses cores storage cpuusage memoryusage backup"),
)

PROXMOX: Final = SourceRule(
    source="proxmox",
    title="Proxmox VE",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Proxmox VE: one row a guest.",
            needs=words_of("vmid maxmem"),
            any_of=words_of("maxcpu maxdisk cpus"),
        ),
    ),
    typical=words_of("name status node type template cpu mem netin netout uptime"),
)

DEVICE42: Final = SourceRule(
    source="device42",
    title="Device42",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Device42: one row a device.",
            needs=words_of("name cpucount cpucore"),
            any_of=words_of("hddcount hddsize osver servicelevel cpupower inservice"),
        ),
    ),
    typical=words_of("type inservice servicelevel virtualhostname os osver memory"),
)

AZURE_DISCOVERED: Final = SourceRule(
    source="azure_discovered",
    title="Azure Migrate discovered servers",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Azure Migrate portal: one row a discovered server.",
            needs=words_of("machinename memoryinmb"),
            any_of=words_of(
                "powerstatus dependenciesstatus softwareinventory firstdiscoverytime"
            ),
        ),
    ),
    typical=words_of("cores storageingb operatingsystem boottype totaldisks"),
)

AZURE_ASSESSMENT: Final = SourceRule(
    source="azure_assessment",
    title="Azure Migrate assessment",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Azure Migrate assessment: one row a server.",
            needs=words_of("machine azurevmreadiness"),
        ),
    ),
    typical=words_of("recommendedsize operatingsystem cores memorymb storagegb"),
)

ZEEK: Final = SourceRule(
    source="zeek",
    title="Zeek connection log",
    tables=(
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="Zeek conn.log: one row a connection.",
            needs=words_of("idorigh idresph idrespp"),
        ),
    ),
    typical=words_of("ts uid proto service duration origbytes respbytes connstate"),
)

RULES: Final = (
    HYPER_V,
    PRISM,
    PROXMOX,
    DEVICE42,
    AZURE_DISCOVERED,
    AZURE_ASSESSMENT,
    ZEEK,
)

_VIRTUAL: Final = MappingProxyType({"is_virtual": "true"})

_PRESETS: Final = (
    Preset(
        source="hyper_v",
        meanings=meanings(
            name="asset_name",
            vmname="asset_name::1",
            vmid="external_id",
            state="power_state",
            computername="hypervisor_host",
            processorcount="cpu_cores",
            cpuusage="cpu_util_avg_pct",
            memoryassigned="memory_mb:B",
            memorystartup="memory_mb:B:1",
            creationtime="installed_date",
            notes="description",
        ),
        implies={"is_virtual": "true", "hypervisor": "Hyper-V"},
    ),
    Preset(
        source="nutanix_prism",
        meanings=meanings(
            vmname="asset_name",
            host="hypervisor_host",
            ipaddresses="ip_address",
            cores="cpu_cores",
            memorycapacity="memory_mb",
            storage="storage_provisioned_gb:GiB",
            cpuusage="cpu_util_avg_pct",
            memoryusage="mem_util_avg_pct",
        ),
        implies=_VIRTUAL,
    ),
    Preset(
        source="proxmox",
        meanings=meanings(
            name="asset_name",
            vmid="external_id",
            status="power_state",
            node="hypervisor_host",
            type="asset_type",
            template="is_template",
            maxcpu="cpu_cores",
            cpus="cpu_cores::1",
            maxmem="memory_mb:B",
            maxdisk="storage_provisioned_gb:B",
            cpu="cpu_util_avg_pct:fraction",
            mem="mem_util_avg_pct:B",
            tags="tags",
        ),
        implies={"is_virtual": "true", "hypervisor": "Proxmox VE"},
    ),
    Preset(
        source="device42",
        meanings=meanings(
            name="asset_name",
            type="asset_type",
            virtualhostname="hypervisor_host",
            os="operating_system",
            osver="os_version",
            cpucount="cpu_cores:sockets",
            cpucore="cores_per_socket",
            hddcount="disk_count",
            servicelevel="environment",
            serialno="serial_number",
            deviceid="external_id",
            building="location",
        ),
    ),
    Preset(
        source="azure_discovered",
        meanings=meanings(
            machinename="asset_name",
            powerstatus="power_state",
            memoryinmb="memory_mb:MiB",
            storageingb="storage_provisioned_gb:GiB",
        ),
    ),
    Preset(
        source="azure_assessment",
        meanings={
            "machine": Meaning("asset_name"),
            "vmhost": Meaning("hypervisor_host"),
            "memorymb": Meaning("memory_mb", "MiB"),
            "storagegb": Meaning("storage_provisioned_gb", "GiB"),
            "diskreadmbps": Meaning("disk_read_mbps", "MB/s"),
            "diskwritembps": Meaning("disk_write_mbps", "MB/s"),
            "networkinmbps": Meaning("net_in_mbps", "MB/s"),
            "networkoutmbps": Meaning("net_out_mbps", "MB/s"),
        },
    ),
)

PRESETS: Final = MappingProxyType({preset.source: preset for preset in _PRESETS})
"""By the slug of the source."""
