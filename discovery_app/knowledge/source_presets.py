"""Meanings that headers alone leave open, fixed by the source they come from.

From ``asset_schema.json`` (header spellings by source, units) and FIELD.md (traps 1
and 3). Headers are normalised (``headers.normalise_header``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Meaning:
    """What a column of a source means.

    Attributes:
        field: Name of the target field.
        unit: Unit of its numbers (``MiB``, ``GiB``, ``MB``, ``GB``, ``KB/s``,
            ``B/s``), ``None`` where they need none.
        order: Which of several columns for one field goes first, from 0; the next
            one fills what the first leaves empty.
    """

    field: str
    unit: str | None = None
    order: int = 0


@dataclass(frozen=True)
class RelatedPreset:
    """How a table that only enriches is joined to the assets, and what it gives.

    Attributes:
        keys: Normalised headers that both tables have, the surest first; a key counts
            only where the asset table has it and each value once.
        meanings: What its columns mean.
        combine: How several rows of one asset make one value, by field: ``sum``,
            ``count``, ``union``, ``average``, ``maximum``, ``first``.
        fallback_only: Whether it only fills what the asset's own row leaves empty.
    """

    keys: tuple[str, ...]
    meanings: Mapping[str, Meaning]
    combine: Mapping[str, str]
    fallback_only: bool = True


@dataclass(frozen=True)
class Preset:
    """What a source fixes for all its exports.

    Attributes:
        source: Its slug.
        meanings: Columns of its asset tables.
        related: Its enriching tables, by ``sources.table_kind``.
        implies: Field values that every row has, whatever its columns say.
        excludes: Truth columns whose rows are no assets, with the reason.
    """

    source: str
    meanings: Mapping[str, Meaning]
    related: Mapping[str, RelatedPreset] = field(default_factory=dict)
    implies: Mapping[str, str] = field(default_factory=dict)
    excludes: Mapping[str, str] = field(default_factory=dict)


def meanings(**fields: str) -> dict[str, Meaning]:
    """Return what headers mean.

    Args:
        fields: A field by header, as ``field``, ``field:unit`` or
            ``field:unit:order``.
    """
    found: dict[str, Meaning] = {}
    for header, text in fields.items():
        name, unit, order = (*text.split(":"), "", "")[:3]
        found[header] = Meaning(name, unit or None, int(order or 0))
    return found


_VM_KEYS: Final = ("vmuuid", "vmid", "vm")

_RVTOOLS: Final = Preset(
    source="rvtools",
    meanings=meanings(
        vm="asset_name",
        powerstate="power_state",
        template="is_template",
        cpus="cpu_cores",
        memory="memory_mb:MiB",
        nics="nic_count",
        disks="disk_count",
        provisionedmib="storage_provisioned_gb:MiB",
        provisionedmb="storage_provisioned_gb:MiB",
        totaldiskcapacitymib="storage_provisioned_gb:MiB:1",
        inusemib="storage_used_gb:MiB",
        inusemb="storage_used_gb:MiB",
        dnsname="fqdn",
        primaryipaddress="ip_address",
        datacenter="location",
        cluster="cluster",
        host="hypervisor_host",
        vmid="external_id",
        vmuuid="vm_uuid",
        smbiosuuid="vm_uuid::1",
        visdkuuid="vcenter_id",
        osaccordingtothevmwaretools="operating_system",
        osaccordingtotheconfigurationfile="operating_system::1",
        firmware="boot_type",
        creationdate="installed_date",
        annotation="description",
        **{"cpuusage%": "cpu_util_avg_pct"},
    ),
    related={
        "vdisk": RelatedPreset(
            keys=_VM_KEYS,
            meanings=meanings(
                capacitymib="storage_provisioned_gb:MiB",
                capacitymb="storage_provisioned_gb:MiB",
                disk="disk_count",
            ),
            combine={"storage_provisioned_gb": "sum", "disk_count": "count"},
        ),
        "vpartition": RelatedPreset(
            keys=_VM_KEYS,
            meanings=meanings(
                consumedmib="storage_used_gb:MiB", consumedmb="storage_used_gb:MiB"
            ),
            combine={"storage_used_gb": "sum"},
        ),
        "vnetwork": RelatedPreset(
            keys=_VM_KEYS,
            meanings=meanings(
                ipv4address="ip_address",
                ipaddress="ip_address",
                ipv6address="ip_address::1",
                macaddress="mac_address",
            ),
            combine={"ip_address": "union", "mac_address": "union"},
            fallback_only=False,
        ),
        "vmemory": RelatedPreset(
            keys=_VM_KEYS,
            meanings=meanings(sizemib="memory_mb:MiB", sizemb="memory_mb:MiB"),
            combine={"memory_mb": "first"},
        ),
        "vcpu": RelatedPreset(
            keys=_VM_KEYS,
            meanings=meanings(
                cpus="cpu_cores", sockets="cpu_sockets", coresps="cores_per_socket"
            ),
            combine={
                "cpu_cores": "first",
                "cpu_sockets": "first",
                "cores_per_socket": "first",
            },
        ),
        "vhost": RelatedPreset(keys=("host",), meanings={}, combine={}),
    },
    implies={"is_virtual": "true", "hypervisor": "VMware"},
    excludes={"template": "template", "srmplaceholder": "placeholder"},
)

_AZURE_MIGRATE: Final = Preset(
    source="azure_migrate",
    meanings=meanings(
        servername="asset_name",
        ipaddresses="ip_address",
        cores="cpu_cores",
        memoryinmb="memory_mb:MiB",
        osname="operating_system",
        osversion="os_version",
        osarchitecture="os_architecture",
        servertype="is_virtual",
        hypervisor="hypervisor",
        numberofdisks="disk_count",
        storageinuseingb="storage_used_gb:GiB",
        networkadapters="nic_count",
        cpuutilizationpercentage="cpu_util_avg_pct",
        memoryutilizationpercentage="mem_util_avg_pct",
        networkinthroughput="net_in_mbps",
        networkoutthroughput="net_out_mbps",
        boottype="boot_type",
        firmwaretype="boot_type::1",
    ),
)

_AZURE_REPORT: Final = Preset(
    source="azure_report",
    meanings=meanings(
        machinename="asset_name",
        machineid="external_id",
        environment="environment",
        operatingsystem="operating_system",
        cores="cpu_cores",
        memoryinmb="memory_mb:MiB",
        storageingb="storage_provisioned_gb:GiB",
        totaldisks="disk_count",
        totalnetworkadapters="nic_count",
        networkadapters="nic_count::1",
        ipaddresses="ip_address",
        macaddresses="mac_address",
        boottype="boot_type",
        powerstats="power_state",
        vmhost="hypervisor_host",
        supportstatus="support_status",
        firstdiscoverytime="first_seen",
        lastupdatedtime="last_seen",
        groupname="wave",
        **{
            "cpuutilizationin%": "cpu_util_avg_pct",
            "memoryutilizationin%": "mem_util_avg_pct",
        },
    ),
)

_AWS_ADS: Final = Preset(
    source="aws_ads",
    meanings=meanings(
        externalid="external_id",
        hostname="hostname",
        smbiosid="vm_uuid",
        ipaddress="ip_address",
        macaddress="mac_address",
        vmwarevmname="asset_name",
        vmwaremorefid="vmware_moref",
        vmwarevcenterid="vcenter_id",
        cpunumberoflogicalcores="cpu_cores",
        cpunumberofcores="cpu_cores::1",
        cpunumberofprocessors="cpu_sockets",
        osname="operating_system",
        osversion="os_version",
        ramtotalsizeinmb="memory_mb:MiB",
        cpuusagepctavg="cpu_util_avg_pct",
        cpuusagepctmax="cpu_util_peak_pct",
        diskreadsopspersecondavg="disk_read_iops",
        diskwritesopspersecondavg="disk_write_iops",
        diskreadspersecondinkbavg="disk_read_mbps:KB/s",
        diskwritespersecondinkbavg="disk_write_mbps:KB/s",
        networkreadspersecondinkbavg="net_in_mbps:KB/s",
        networkwritespersecondinkbavg="net_out_mbps:KB/s",
        applications="application_name",
        applicationwave="wave",
        tags="tags",
        totalnumlogicalprocessors="cpu_cores",
        totalnumcores="cpu_cores::1",
        totalnumcpus="cpu_sockets",
        totalrammb="memory_mb:MiB",
        totaldisksizegb="storage_provisioned_gb:GiB",
        totalnumdisks="disk_count",
        totalnumnetworkcards="nic_count",
        hypervisor="hypervisor",
    ),
)

_AWS_CMF: Final = Preset(
    source="aws_cmf",
    meanings=meanings(
        servername="asset_name",
        serverfqdn="fqdn",
        serverosfamily="operating_system",
        serverosversion="os_version",
        servertier="server_role",
        serverenvironment="environment",
        appname="application_name",
        wavename="wave",
        rtype="six_r_source",
        awsregion="location",
        tags="tags",
        mgnserveruserprovidedid="asset_name",
        mgnserverfqdnforactionframework="fqdn",
        mgnserverplatform="operating_system",
        mgnappname="application_name",
        mgnwavename="wave",
    ),
)

_GOOGLE_KEYS: Final = ("machineid",)

_GOOGLE_MC: Final = Preset(
    source="gcp_mc",
    meanings=meanings(
        machineid="external_id",
        machinename="asset_name",
        primaryipaddress="ip_address",
        ipaddresslistsemicolondelimited="ip_address::1",
        publicipaddress="ip_address::2",
        primarymacaddress="mac_address",
        totaldiskallocatedgib="storage_provisioned_gb:GiB",
        totaldiskusedgib="storage_used_gb:GiB",
        allocatedprocessorcorecount="cpu_cores",
        memorygib="memory_mb:GiB",
        memorymib="memory_mb:MiB::1",
        osname="operating_system",
        ostype="operating_system::1",
        osversion="os_version",
        machinestatus="power_state",
        hostinglocation="location",
        createdate="installed_date",
        source="hypervisor",
    ),
    related={
        "diskinfo": RelatedPreset(
            keys=_GOOGLE_KEYS,
            meanings=meanings(
                sizeingib="storage_provisioned_gb:GiB",
                usedingib="storage_used_gb:GiB",
                disklabel="disk_count",
            ),
            combine={
                "storage_provisioned_gb": "sum",
                "storage_used_gb": "sum",
                "disk_count": "count",
            },
        ),
        "perfinfo": RelatedPreset(
            keys=_GOOGLE_KEYS,
            meanings=meanings(
                cpuutilizationpercentage="cpu_util_avg_pct",
                memoryutilizationpercentage="mem_util_avg_pct",
                diskreadoperationspersec="disk_read_iops",
                diskwriteoperationspersec="disk_write_iops",
                networkbytespersecreceived="net_in_mbps:B/s",
                networkbytespersecsent="net_out_mbps:B/s",
            ),
            combine=dict.fromkeys(
                (
                    "cpu_util_avg_pct",
                    "mem_util_avg_pct",
                    "disk_read_iops",
                    "disk_write_iops",
                    "net_in_mbps",
                    "net_out_mbps",
                ),
                "average",
            ),
        ),
        "taginfo": RelatedPreset(
            keys=_GOOGLE_KEYS,
            meanings=meanings(key="tags", value="tags::1"),
            combine={"tags": "union"},
            fallback_only=False,
        ),
    },
)

_SERVICENOW: Final = Preset(
    source="servicenow",
    meanings=meanings(
        name="asset_name",
        sysid="external_id",
        assettag="external_id::1",
        hostname="hostname",
        fqdn="fqdn",
        serialnumber="serial_number",
        ipaddress="ip_address",
        macaddress="mac_address",
        sysclassname="asset_type",
        **{"class": "asset_type"},
        virtual="is_virtual",
        os="operating_system",
        osversion="os_version",
        cpucount="cpu_cores",
        cpucorecount="cores_per_socket",
        ram="memory_mb:MiB",
        rammb="memory_mb:MiB",
        diskspace="storage_provisioned_gb:GiB",
        diskspacegb="storage_provisioned_gb:GiB",
        usedfor="environment",
        environment="environment",
        operationalstatus="operational_status",
        installstatus="operational_status::1",
        mostrecentdiscovery="last_seen",
        lastdiscovered="last_seen",
        firstdiscovered="first_seen",
        ownedby="business_owner",
        managedby="technical_owner",
        supportgroup="technical_owner::1",
        assignedto="technical_owner::2",
        department="business_unit",
        company="business_unit::1",
        location="location",
        manufacturer="manufacturer",
        modelid="model",
        shortdescription="description",
    ),
)

_KONVEYOR: Final = Preset(
    source="konveyor",
    meanings=meanings(
        applicationname="application_name",
        description="description",
        businessservice="business_unit",
        owner="business_owner",
        contributors="technical_owner",
        dependency="depends_on",
        dependencydirection="dependency_direction",
    ),
    implies={"asset_type": "application"},
)

_CAST: Final = Preset(
    source="cast_highlight",
    meanings=meanings(
        application="application_name", businessunits="business_unit", tags="tags"
    ),
    implies={"asset_type": "application"},
)

_NETBOX: Final = Preset(
    source="netbox",
    meanings=meanings(
        name="asset_name",
        status="operational_status",
        vcpus="cpu_cores",
        memory="memory_mb:MiB",
        cluster="cluster",
        device="hypervisor_host",
        role="server_role",
        tenant="business_unit",
        platform="operating_system",
        primaryip4="ip_address",
        primaryip6="ip_address::1",
        serial="serial_number",
        assettag="external_id",
        site="location",
        manufacturer="manufacturer",
        devicetype="model",
        description="description",
    ),
)

_ITOP: Final = Preset(
    source="itop",
    meanings=meanings(
        name="asset_name",
        status="operational_status",
        organizationname="business_unit",
        businesscriticity="business_criticality",
        cpu="cpu_cores",
        osfamilyname="operating_system",
        osversionname="os_version",
        brandname="manufacturer",
        modelname="model",
        serialnumber="serial_number",
        assetnumber="external_id",
        managementip="ip_address",
        virtualhostname="hypervisor_host",
        locationname="location",
        move2production="installed_date",
        description="description",
    ),
)

_GLPI: Final = Preset(
    source="glpi",
    meanings=meanings(
        name="asset_name",
        entity="business_unit",
        operatingsystemname="operating_system",
        operatingsystemversion="os_version",
        serialnumber="serial_number",
        serial="serial_number",
        manufacturer="manufacturer",
        manufacturers="manufacturer",
        model="model",
        locations="location",
        lastupdate="last_seen",
    ),
)

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        preset.source: preset
        for preset in (
            _RVTOOLS,
            _AZURE_MIGRATE,
            _AZURE_REPORT,
            _AWS_ADS,
            _AWS_CMF,
            _GOOGLE_MC,
            _SERVICENOW,
            _KONVEYOR,
            _CAST,
            _NETBOX,
            _ITOP,
            _GLPI,
        )
    }
)
"""By the slug of ``sources.SourceGuess.source``."""
