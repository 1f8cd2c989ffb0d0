"""What the exports of known tools look like, by their headers and sheets.

From FIELD.md ("Sources"), ``kb_addenda.json`` (detectors) and the tools' documented
import templates and exports. Headers are normalised (``headers.normalise_header``).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from discovery_app.knowledge.headers import words_of


class TableRole(StrEnum):
    """What the rows of a table are for."""

    ASSETS = "assets"
    RELATED = "related"
    CONNECTIONS = "connections"
    IGNORED = "ignored"


@dataclass(frozen=True)
class TableRule:
    """How one table of a source is known.

    Attributes:
        role: What its rows are for.
        reason: One sentence that says so.
        needs: Normalised headers that must all be there.
        any_of: Normalised headers of which one must be there.
        with_any: Others of which one must be there.
        starts: Beginnings of normalised headers of which one must be there.
        sheets: Normalised sheet names; a rule without headers goes by these alone.
        identifies: Whether such a table by itself tells the source.
    """

    role: TableRole
    reason: str
    needs: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()
    with_any: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()
    sheets: frozenset[str] = frozenset()
    identifies: bool = True


@dataclass(frozen=True)
class SourceRule:
    """How a source is known.

    Attributes:
        source: Its slug.
        title: Its name for people.
        tables: Rules for its tables, the most telling first.
        typical: Normalised headers that its exports often have.
    """

    source: str
    title: str
    tables: tuple[TableRule, ...]
    typical: frozenset[str] = frozenset()


UNKNOWN: Final = "unknown"
UNKNOWN_TITLE: Final = "Unknown source"


def _rvtools(sheet: str, needs: str, adds: str) -> TableRule:
    return TableRule(
        role=TableRole.RELATED,
        reason=f"RVTools {sheet}: adds {adds} to the machines of vInfo.",
        needs=words_of(needs),
        sheets=frozenset({sheet.lower()}),
        identifies=False,
    )


_RVTOOLS_UNUSED: Final = words_of(
    """
    vcd vusb vfloppy vsnapshot vtools vrp vcluster vhba vnic vswitch vport dvswitch
    dvport vsc_vmk vscvmk vdatastore vmultipath vlicense vfileinfo vhealth vsource
    vmetadata
    """
)

RVTOOLS: Final = SourceRule(
    source="rvtools",
    title="RVTools",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="RVTools vInfo: one row a virtual machine.",
            needs=words_of("vm powerstate"),
            any_of=words_of(
                "osaccordingtotheconfigurationfile provisionedmib provisionedmb "
                "inusemib inusemb primaryipaddress nics disks srmplaceholder"
            ),
            sheets=frozenset({"vinfo"}),
        ),
        _rvtools("vDisk", "vm disk", "disks"),
        _rvtools("vPartition", "vm disk", "used space"),
        _rvtools("vNetwork", "vm", "addresses"),
        _rvtools("vMemory", "vm", "memory"),
        _rvtools("vCPU", "vm", "processors"),
        _rvtools("vHost", "host", "facts about the hypervisor hosts"),
        TableRule(
            role=TableRole.IGNORED,
            reason="RVTools sheet about the platform, not about machines.",
            sheets=_RVTOOLS_UNUSED,
            identifies=False,
        ),
    ),
    typical=words_of(
        "template srmplaceholder cpus memory nics disks datacenter cluster host vmid "
        "vmuuid osaccordingtotheconfigurationfile osaccordingtothevmwaretools"
    ),
)

AZURE_MIGRATE: Final = SourceRule(
    source="azure_migrate",
    title="Azure Migrate CSV",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Azure Migrate import: one row a server.",
            needs=words_of("servername cores memoryinmb osname"),
        ),
    ),
    typical=words_of(
        "ipaddresses osversion osarchitecture numberofdisks disk1sizeingb servertype "
        "hypervisor cpuutilizationpercentage memoryutilizationpercentage"
    ),
)

_AZURE_SHEETS: Final = words_of(
    """
    properties businesscase cashflows financialsummary sqlmipaas
    sqliaasinstancerehostperf sqliaasserverrehostperf sqliaasserverrehostasis
    webapppaas webappiaasserverrehostperf webappiaasserverrehostasis
    vmiaasserverrehostperf vmiaasserverrehostasis sqlallinstances
    decommissionedmachines sqlinstances webapplications softwareinventory
    """
)

AZURE_REPORT: Final = SourceRule(
    source="azure_report",
    title="Azure Migrate report",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Azure Migrate report: one row a discovered machine.",
            needs=words_of("machinename memoryinmb machineid"),
            sheets=words_of("discoveryreport allvmiaasserverrehostperf"),
        ),
        TableRule(
            role=TableRole.IGNORED,
            reason="Azure Migrate sheet of costs, settings or a part of the machines "
            "that another sheet lists in full.",
            sheets=_AZURE_SHEETS,
            identifies=False,
        ),
    ),
    typical=words_of(
        "environment operatingsystem cores totaldisks ipaddresses macaddresses "
        "boottype powerstats firstdiscoverytime lastupdatedtime"
    ),
)

AZURE_DEPENDENCIES: Final = SourceRule(
    source="azure_dependencies",
    title="Azure dependency export",
    tables=(
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="Azure dependency export: one row a connection.",
            needs=words_of("sourceservername destinationservername destinationport"),
        ),
    ),
    typical=words_of(
        "timeslot sourceapplication sourceprocess destinationip "
        "destinationapplication destinationprocess sourceip"
    ),
)

AWS_ADS: Final = SourceRule(
    source="aws_ads",
    title="AWS Application Discovery Service",
    tables=(
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="AWS agent export: one row a connection.",
            needs=words_of("sourceip destinationip destinationport"),
            any_of=words_of("sourceserverid destinationserverid agentid"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="AWS Application Discovery import: one row a server.",
            any_of=words_of("ramtotalsizeinmb cpunumberoflogicalcores vmwaremorefid"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="AWS Application Discovery import: one row a server.",
            needs=words_of("externalid"),
            any_of=words_of("hostname smbiosid ipaddress macaddress osname"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="AWS agent export: one row a server.",
            needs=words_of("hostname osname"),
            any_of=words_of(
                "agentid totalnumlogicalprocessors totalrammb totalnumcores"
            ),
        ),
    ),
    typical=words_of(
        "externalid smbiosid hostname osname osversion ipaddress macaddress "
        "applicationwave applications vmwarevmname"
    ),
)

AWS_CMF: Final = SourceRule(
    source="aws_cmf",
    title="AWS Migration Factory or MGN",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="AWS Migration Factory intake: one row a server.",
            needs=words_of("wavename appname servername"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="AWS MGN import: one row a server.",
            starts=("mgnserver", "mgnapp", "mgnwave", "mgnaccount", "mgnlaunch"),
        ),
    ),
    typical=words_of(
        "serverosfamily serverosversion serverfqdn servertier serverenvironment rtype "
        "awsaccountid awsregion tags"
    ),
)

GOOGLE_MC: Final = SourceRule(
    source="gcp_mc",
    title="Google Migration Center",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Google vmInfo: one row a machine.",
            needs=words_of("machineid machinename"),
            any_of=words_of(
                "primaryipaddress allocatedprocessorcorecount memorygib memorymib "
                "osname machinestatus totaldiskallocatedgib"
            ),
        ),
        TableRule(
            role=TableRole.RELATED,
            reason="Google diskInfo: adds disks to the machines of vmInfo.",
            needs=words_of("machineid disklabel"),
        ),
        TableRule(
            role=TableRole.RELATED,
            reason="Google perfInfo: adds measurements to the machines of vmInfo.",
            needs=words_of("machineid timestamp"),
        ),
        TableRule(
            role=TableRole.RELATED,
            reason="Google tagInfo: adds labels to the machines of vmInfo.",
            needs=words_of("machineid key value"),
        ),
    ),
    typical=words_of(
        "primaryipaddress primarymacaddress publicipaddress totaldiskallocatedgib "
        "totaldiskusedgib allocatedprocessorcorecount memorygib ostype osname "
        "osversion machinestatus isphysical source hostinglocation"
    ),
)

SERVICENOW: Final = SourceRule(
    source="servicenow",
    title="ServiceNow CMDB",
    tables=(
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="ServiceNow relations: one row a relation of two items.",
            needs=words_of("parent child type"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="ServiceNow CMDB: one row a configuration item.",
            any_of=words_of("sysclassname sysid"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="ServiceNow CMDB: one row a configuration item.",
            needs=words_of("name class"),
            any_of=words_of(
                "mostrecentdiscovery firstdiscovered installstatus supportgroup "
                "discoverysource"
            ),
        ),
    ),
    typical=words_of(
        "name class operationalstatus installstatus assignedto supportgroup assettag "
        "serialnumber ipaddress mostrecentdiscovery manufacturer modelid fqdn os"
    ),
)

KONVEYOR: Final = SourceRule(
    source="konveyor",
    title="Konveyor applications",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="Konveyor: type 1 rows are applications, type 2 dependencies.",
            needs=words_of("applicationname"),
            any_of=words_of("recordtype recordtype1 recordtype2"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="Konveyor without record type: one row an application.",
            needs=words_of("applicationname businessservice binarygroup"),
        ),
    ),
    typical=words_of(
        "description comments businessservice dependency dependencydirection "
        "binarygroup binaryartifact repositorytype repositoryurl owner contributors "
        "tagcategory1 tagtype1 tag1"
    ),
)

CAST: Final = SourceRule(
    source="cast_highlight",
    title="CAST Highlight",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="CAST Highlight: one row an application.",
            needs=words_of("cloudready softwareresiliency"),
        ),
    ),
    typical=words_of(
        "application businessunits contributors campaign technologies softwareagility "
        "softwareelegance softwarehealth opensourcesafety linesofcode businessvalue"
    ),
)

NETBOX: Final = SourceRule(
    source="netbox",
    title="NetBox",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="NetBox: one row a virtual machine.",
            needs=words_of("name vcpus cluster"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="NetBox: one row a device.",
            needs=words_of("name devicetype site"),
            any_of=words_of("role devicerole rack tenant primaryip4"),
        ),
    ),
    typical=words_of(
        "status tenant platform primaryip4 primaryip6 disk memory rack face"
    ),
)

ITOP: Final = SourceRule(
    source="itop",
    title="iTop",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="iTop: one row a configuration item.",
            needs=words_of("orgid move2production"),
        ),
        TableRule(
            role=TableRole.ASSETS,
            reason="iTop: one row a configuration item.",
            needs=words_of("organizationname move2production"),
        ),
    ),
    typical=words_of(
        "name businesscriticity brandname modelname osfamilyname serialnumber"
    ),
)

GLPI: Final = SourceRule(
    source="glpi",
    title="GLPI",
    tables=(
        TableRule(
            role=TableRole.ASSETS,
            reason="GLPI: one row a computer.",
            needs=words_of("operatingsystemname"),
            any_of=words_of("name entity alternateusername lastupdate locations types"),
        ),
    ),
    typical=words_of("entity status manufacturer serialnumber type model locations"),
)

SPLUNK: Final = SourceRule(
    source="splunk_cim",
    title="Splunk network traffic",
    tables=(
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="Splunk network traffic: one row a connection.",
            needs=words_of("destport"),
            any_of=words_of("src srcip"),
        ),
    ),
    typical=words_of("time dest destip transport bytes srcport app action"),
)

NETFLOW: Final = SourceRule(
    source="netflow",
    title="Flow log",
    tables=(
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="Flow log: one row a connection.",
            needs=words_of("srcaddr dstaddr"),
        ),
        TableRule(
            role=TableRole.CONNECTIONS,
            reason="nfdump: one row a flow.",
            needs=words_of("sa da dp"),
        ),
    ),
    typical=words_of(
        "srcport dstport protocol packets bytes start end action ts te td"
    ),
)

SOURCE_RULES: Final[tuple[SourceRule, ...]] = (
    RVTOOLS,
    AZURE_MIGRATE,
    AZURE_REPORT,
    AZURE_DEPENDENCIES,
    AWS_ADS,
    AWS_CMF,
    GOOGLE_MC,
    SERVICENOW,
    KONVEYOR,
    CAST,
    NETBOX,
    ITOP,
    GLPI,
    SPLUNK,
    NETFLOW,
)
