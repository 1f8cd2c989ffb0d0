"""The files that migration tools import: their columns and how much they take.

Column names are those of each tool's public import template; they are also what our
own presets read, so that an export can be imported again. Limits are FIELD.md's
("Limits of the tools that our exports feed").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ExportTool(StrEnum):
    """The tools that an export can be written for."""

    AWS_ADS = "aws_ads"
    AWS_MGN = "aws_mgn"
    AWS_MIGRATION_FACTORY = "aws_migration_factory"
    AZURE_MIGRATE = "azure_migrate"
    GOOGLE = "google_migration_center"
    KONVEYOR = "konveyor"


class CellForm(StrEnum):
    """How a tool wants a value written."""

    TEXT = "text"
    COMMAS = "commas"
    SEMICOLONS = "semicolons"
    FIRST = "first"
    KB_PER_SECOND = "kb_per_second"
    GIB = "gib"
    SHARE_OF_MEMORY = "share_of_memory"
    OS_FAMILY = "os_family"
    MGN_PLATFORM = "mgn_platform"
    VIRTUAL_OR_PHYSICAL = "virtual_or_physical"
    IS_PHYSICAL = "is_physical"
    BITS = "bits"
    MACHINE_STATUS = "machine_status"
    TAGS_COLONS = "tags_colons"
    TAGS_EQUALS = "tags_equals"
    RATE_NAME = "rate_name"
    AWS_REGION = "aws_region"


@dataclass(frozen=True)
class ToolColumn:
    """A column of a tool's file.

    Attributes:
        field: The asset field it carries; empty where the inventory has none and the
            column stays blank.
    """

    header: str
    field: str = ""
    form: CellForm = CellForm.TEXT


@dataclass(frozen=True)
class ToolLimits:
    """How much a tool takes in; ``None`` where its documentation names no limit."""

    records: int | None = None
    file_bytes: int | None = None
    servers_an_application: int | None = None
    disks: int | None = None


@dataclass(frozen=True)
class ToolFormat:
    """What a tool imports.

    Attributes:
        file: Name of the file, without folder.
        source: The slug under which our detector knows the file.
    """

    tool: ExportTool
    title: str
    file: str
    source: str
    columns: tuple[ToolColumn, ...]
    limits: ToolLimits = ToolLimits()


def _columns(text: str) -> tuple[ToolColumn, ...]:
    """Read ``header | field | form`` lines."""
    found = []
    for line in text.strip().splitlines():
        header, field, form = [*(p.strip() for p in line.split("|")), "", ""][:3]
        found.append(ToolColumn(header, field, CellForm(form or "text")))
    return tuple(found)


_MEGABYTE: Final = 1_000_000

_AWS_ADS: Final = ToolFormat(
    ExportTool.AWS_ADS,
    "AWS Application Discovery Service",
    "aws_ads_import.csv",
    "aws_ads",
    _columns("""
        ExternalId | external_id
        SMBiosId | vm_uuid
        IPAddress | ip_address | commas
        MACAddress | mac_address | commas
        HostName | hostname
        VMware.MoRefId | vmware_moref
        VMware.VMName | asset_name
        VMware.VCenterId | vcenter_id
        CPU.NumberOfProcessors | cpu_sockets
        CPU.NumberOfLogicalCores | cpu_cores
        OS.Name | operating_system
        OS.Version | os_version
        RAM.TotalSizeInMB | memory_mb
        RAM.UsedSizeInMB.Avg | mem_util_avg_pct | share_of_memory
        RAM.UsedSizeInMB.Max | mem_util_peak_pct | share_of_memory
        CPU.UsagePct.Avg | cpu_util_avg_pct
        CPU.UsagePct.Max | cpu_util_peak_pct
        DiskReadsPerSecondInKB.Avg | disk_read_mbps | kb_per_second
        DiskWritesPerSecondInKB.Avg | disk_write_mbps | kb_per_second
        DiskReadsOpsPerSecond.Avg | disk_read_iops
        DiskWritesOpsPerSecond.Avg | disk_write_iops
        NetworkReadsPerSecondInKB.Avg | net_in_mbps | kb_per_second
        NetworkWritesPerSecondInKB.Avg | net_out_mbps | kb_per_second
        Applications | application_name
        ApplicationWave | wave
        Tags | tags | tags_colons
    """),
    ToolLimits(records=10_000, file_bytes=10 * _MEGABYTE, servers_an_application=400),
)

_AWS_MGN: Final = ToolFormat(
    ExportTool.AWS_MGN,
    "AWS Application Migration Service",
    "aws_mgn_import.csv",
    "aws_cmf",
    _columns("""
        mgn:account-id
        mgn:region | location | aws_region
        mgn:wave:name | wave
        mgn:app:name | application_name
        mgn:server:user-provided-id | asset_name
        mgn:server:fqdn-for-action-framework | fqdn
        mgn:server:platform | operating_system | mgn_platform
    """),
)

_AWS_FACTORY: Final = ToolFormat(
    ExportTool.AWS_MIGRATION_FACTORY,
    "AWS Cloud Migration Factory",
    "aws_migration_factory_intake.csv",
    "aws_cmf",
    _columns("""
        wave_name | wave
        app_name | application_name
        aws_region | location | aws_region
        aws_accountid
        server_name | asset_name
        server_os_family | operating_system | os_family
        server_os_version | os_version
        server_fqdn | fqdn
        server_tier | server_role
        server_environment | environment
        r_type | six_r_source | rate_name
        tags | tags | tags_equals
    """),
)

_AZURE: Final = ToolFormat(
    ExportTool.AZURE_MIGRATE,
    "Azure Migrate",
    "azure_migrate_import.csv",
    "azure_migrate",
    _columns("""
        *Server name | asset_name
        IP addresses | ip_address | semicolons
        *Cores | cpu_cores
        *Memory (In MB) | memory_mb
        *OS name | operating_system
        OS version | os_version
        OS architecture | os_architecture | bits
        Server type | is_virtual | virtual_or_physical
        Hypervisor | hypervisor
        CPU utilization percentage | cpu_util_avg_pct
        Memory utilization percentage | mem_util_avg_pct
        Network adapters | nic_count
        Network In throughput | net_in_mbps
        Network Out throughput | net_out_mbps
        Boot type | boot_type
        Number of disks | disk_count
        Storage in use (In GB) | storage_used_gb
        Disk 1 size (In GB) | storage_provisioned_gb
        Disk 1 read throughput (MB per second) | disk_read_mbps
        Disk 1 write throughput (MB per second) | disk_write_mbps
        Disk 1 read ops (operations per second) | disk_read_iops
        Disk 1 write ops (operations per second) | disk_write_iops
    """),
    ToolLimits(records=20_000, disks=8),
)

_GOOGLE: Final = ToolFormat(
    ExportTool.GOOGLE,
    "Google Migration Center",
    "vmInfo.csv",
    "gcp_mc",
    _columns("""
        MachineId | external_id
        MachineName | asset_name
        PrimaryIPAddress | ip_address | first
        PrimaryMACAddress | mac_address | first
        IpAddressListSemiColonDelimited | ip_address | semicolons
        TotalDiskAllocatedGiB | storage_provisioned_gb
        TotalDiskUsedGiB | storage_used_gb
        AllocatedProcessorCoreCount | cpu_cores
        MemoryGiB | memory_mb | gib
        HostingLocation | location
        OsName | operating_system
        OsVersion | os_version
        MachineStatus | power_state | machine_status
        CreateDate | installed_date
        IsPhysical | is_virtual | is_physical
        Source | hypervisor
    """),
    ToolLimits(records=100_000, file_bytes=100 * _MEGABYTE),
)

_KONVEYOR: Final = ToolFormat(
    ExportTool.KONVEYOR,
    "Konveyor",
    "konveyor_applications.csv",
    "konveyor",
    _columns("""
        Record Type
        Application Name | application_name
        Description | description
        Comments
        Business Service | business_unit
        Dependency
        Dependency Direction
        Binary Group
        Binary Artifact
        Binary Version
        Binary Packaging
        Repository Type
        Repository URL
        Repository Branch
        Repository Path
        Owner | business_owner
        Contributors | technical_owner
    """),
)

TOOL_FORMATS: Final[Mapping[ExportTool, ToolFormat]] = MappingProxyType(
    {
        form.tool: form
        for form in (_AWS_ADS, _AWS_MGN, _AWS_FACTORY, _AZURE, _GOOGLE, _KONVEYOR)
    }
)

DISK_FILE: Final = "diskInfo.csv"
DISK_COLUMNS: Final = ("MachineId", "DiskLabel", "SizeInGib", "UsedInGib")
"""Google's second table; it lies beside ``vmInfo.csv`` in one ZIP."""
