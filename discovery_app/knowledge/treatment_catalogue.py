"""What the treatment rules look names up in.

The lists are chosen from the makers' own announcements and the three large cloud
vendors' service lists; they are short on purpose: a name that is not here leads to
no advice, never to a guess. Patterns are for lower-case text.
"""

from typing import Final

KEPT_PLATFORM: Final = (
    r"\bibm ?i\b|\bos/?400|\bas/?400|\bi5/?os|\bz/?os\b|\bz/?vm\b|\baix\b|\bhp-?ux"
    r"|\bsolaris|\bsunos"
)
"""Operating systems of rule K1 (FIELD.md): IBM i, z/OS, AIX, HP-UX and Solaris."""

SAAS_SUCCESSORS: Final[tuple[tuple[str, str], ...]] = (
    (r"\b(?:ms |microsoft )?exchange(?: server)?\b", "Microsoft Exchange Online"),
    (r"\bsharepoint\b", "Microsoft SharePoint Online"),
    (r"\bskype for business|\blync\b", "Microsoft Teams"),
    (r"\bjira\b", "Atlassian Jira Cloud"),
    (r"\bconfluence\b", "Atlassian Confluence Cloud"),
    (r"\bbitbucket\b", "Atlassian Bitbucket Cloud"),
    (r"\bdynamics (?:crm|ax|nav|gp)\b", "Microsoft Dynamics 365"),
    (r"\bpeoplesoft\b", "Oracle Fusion Cloud"),
    (r"\bsiebel\b", "Oracle Fusion Cloud Customer Experience"),
    (r"\btableau server\b", "Tableau Cloud"),
)
"""Rule P1: an application's name and the maker's own service that succeeds it."""

MANAGED_DATABASES: Final[tuple[tuple[str, str], ...]] = (
    (r"sql ?server|ms ?sql", "managed SQL Server"),
    (r"maria", "managed MariaDB or MySQL"),
    (r"my ?sql", "managed MySQL"),
    (r"postgres", "managed PostgreSQL"),
    (r"mongo", "managed MongoDB"),
    (r"redis", "managed Redis"),
    (r"cassandra", "managed Cassandra"),
    (r"elastic ?search", "managed Elasticsearch"),
    (r"\bdb2\b", "managed Db2"),
    (r"\boracle\b", "managed Oracle Database"),
)
"""Rule L1: a database engine and the kind of managed service that runs it."""

REBUILT_ROLES: Final[dict[str, str]] = {
    "dc": "domain controller",
    "lb": "load balancer",
}
"""Rule B1: roles of the schema that are rebuilt (Azure Cloud Adoption Framework)."""

HOLD_TAG: Final = r"residency|compliance|legal[ _-]?hold|sovereign|data[ _-]?hold"
"""Rule K2: what a tag's key or value says."""

CHANGE_TAG: Final = r"change[ _-]?tolera"
"""Rule F1: the key of the tag that says whether change is tolerated."""

DENIALS: Final = frozenset({"", "no", "none", "false", "0", "n", "low", "n/a", "off"})
"""Values by which a tag says that what its key names does not hold."""
