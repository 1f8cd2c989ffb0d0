"""How people write the products of the end-of-life data, and their versions.

The spellings are the ones of vSphere's guest list, VMware Tools, ServiceNow's
classes and hand-made sheets; they name products, never versions.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Version = tuple[int, ...]


@dataclass(frozen=True)
class NamedVersion:
    """What a text says of a product and its version.

    Attributes:
        product: Slug of the end-of-life data.
        versions: Every version named, mostly one; empty if none is.
        or_later: The text allows later versions too.
        before: The text means versions below the one named.
        lts: The text says that it is a long-term support release.
        rest: The lower-case text after the product's name.
        text: The whole lower-case text, without processor words and additions.
    """

    product: str
    versions: tuple[Version, ...]
    or_later: bool
    before: bool
    lts: bool
    rest: str
    text: str


_SPELLINGS: Final[tuple[tuple[str, str], ...]] = (
    ("ubuntu", r"\bubuntu(?: linux| server)?"),
    ("centos-stream", r"\bcent ?os(?: linux)? stream"),
    ("centos", r"\bcent ?os"),
    ("almalinux", r"\balma ?linux(?: os)?"),
    ("rocky-linux", r"\brocky(?: linux)?\b"),
    ("amazon-linux", r"\bamazon ?linux(?: ami)?|\bamzn"),
    ("oracle-linux", r"\boracle (?:enterprise )?linux(?: server)?|\boel ?(?=\d)"),
    ("fedora", r"\bfedora"),
    ("red-hat-jboss-eap", r"\bjboss(?: enterprise application platform| eap)"),
    ("red-hat-build-of-openjdk", r"\bred ?hat build of openjdk"),
    (
        "rhel",
        r"\bred ?hat enterprise linux(?! core ?os)(?: server| as| es| ws)?|\brhel"
        r"(?! core ?os)",
    ),
    (
        "rhel",
        r"\bred ?hat(?: linux)?(?! (?:enterprise|openshift|core ?os|virtual"
        r"|satellite))\b",
    ),
    ("suse-linux-micro", r"\bsuse linux (?:enterprise )?micro|\bsle micro"),
    ("opensuse", r"\bopen ?suse(?: leap)?"),
    ("sles", r"\bsles|\bsuse(?: linux)?(?: enterprise)?(?: server)?(?! desktop)\b"),
    ("debian", r"\bdebian(?: gnu/linux| linux)?"),
    ("vmware-photon", r"\bphoton(?: os)?\b"),
    ("vmware-vcenter", r"\bvcenter(?: server)?(?: appliance)?"),
    ("vmware-esxi", r"\besxi?\b|\bvmkernel\b"),
    ("ibm-aix", r"\baix"),
    ("ibm-i", r"\bibm ?i\b(?:/os)?|\bi5/?os|\bos/?400|\bas/?400|\biseries"),
    ("oracle-solaris", r"\bsolaris|\bsunos"),
    ("freebsd", r"\bfreebsd"),
    ("macos", r"\bmac ?os(?: x)?|\bos x\b"),
    ("fortios", r"\bfortios"),
    ("cisco-ios-xe", r"\bios[ -]?xe"),
    ("nutanix-aos", r"\bnutanix aos|\bacropolis os"),
    ("proxmox-ve", r"\bproxmox(?: ve)?"),
    (
        "mssqlserver",
        r"(?<!sybase )\b(?:ms |microsoft )?sql ?server|\bms ?sql|\bsql(?= ?20\d\d)",
    ),
    ("mariadb", r"\bmaria ?db"),
    ("mysql", r"\bmy ?sql"),
    ("postgresql", r"\bpostgres(?:ql)?"),
    ("mongodb", r"\bmongo(?:db)?"),
    ("redis", r"\bredis"),
    ("ibm-db2", r"\bdb2(?: luw| udb)?"),
    ("elasticsearch", r"\belastic ?search"),
    ("apache-cassandra", r"\bcassandra"),
    ("apache-couchdb", r"\bcouchdb"),
    ("sqlite", r"\bsqlite"),
    ("oracle-jdk", r"\boracle (?:jdk|java)|\bjava se\b"),
    (
        "oracle-database",
        r"\boracle(?: (?:database|db|rdbms))?\b"
        r"(?! (?:vm|weblogic|http|forms|fusion|ebs|e-business|tuxedo|goldengate|"
        r"access|cloud|exadata|hyperion|primavera|siebel))",
    ),
    ("citrix-vad", r"\bcitrix virtual apps|\bxendesktop"),
    ("msexchange", r"\bexchange(?: server)?\b"),
    ("sharepoint", r"\bsharepoint(?: server)?"),
    ("ibm-mq", r"\b(?:ibm|websphere) mq|\bmq ?series"),
    ("dotnetfx", r"\.net framework"),
    ("dotnet", r"\.net(?: core)?\b|\bdotnet"),
    ("eclipse-temurin", r"\btemurin"),
    ("apache-kafka", r"\bkafka"),
    ("rabbitmq", r"\brabbit ?mq"),
    ("tomcat", r"\btomcat"),
    ("nginx", r"\bnginx"),
    ("apache-http-server", r"\bapache(?: http(?:d| server))?\b|\bhttpd"),
    ("nodejs", r"\bnode\.?js"),
    ("kubernetes", r"\bkubernetes|\bk8s"),
    ("php", r"\bphp"),
    ("python", r"\bpython"),
)
"""Slug of the end-of-life data and its spellings; the first that fits wins.

Windows is read by its own rule: its cycles are no plain numbers.
"""

SPELLINGS: Final = tuple((slug, re.compile(form)) for slug, form in _SPELLINGS)
WINDOWS: Final = re.compile(r"\bwin(?:dows)?(?=[ ,\d]|$)|\bwin(?:dows)? ?2k|\bwindows")

_PROCESSOR: Final = re.compile(
    r"\(?\b(?:32|64)[ -]?bits?\b\)?|\bx86[_-]64\b|\b(?:x86|x64|amd64|ia64|i[36]86|"
    r"arm64|aarch64|ppc64(?:le)?|s390x|sparc)\b|[®™©]|\((?:r|tm)\)"
)
_ADDITION: Final = re.compile(r"(?<=\S) with (?!(?:sp|service ?pack) ?\d).*")
"""What comes along with a product: ``Windows Server 2019 with SQL Server 2017``."""

_NUMBER: Final = r"\d+(?:\.\d+)*"
_LISTED: Final = re.compile(rf"{_NUMBER}(?:/{_NUMBER})*")
_OR_LATER: Final = re.compile(
    r"\b(?:or|and) (?:later|newer|higher|above|up)\b|\d\+(?:\s|$|\))"
    r"|\b(?:oder|und) (?:höher|neuer|später)|\bou (?:supérieur|ultérieur|plus récent)"
    r"|\bo (?:posterior|superior)"
)
_VERSION_FIRST: Final = re.compile(rf"({_NUMBER})-$")
"""``10.6.12-MariaDB``, as the server itself says it."""

_BEFORE: Final = re.compile(r"\bpre-?(?=\d)|\bbefore \d|\bor (?:earlier|older)\b")
_SERVICE_PACK: Final = re.compile(r"\b(?:sp|service ?pack|patch ?level) ?(\d+)")


def plain(raw: str) -> str:
    """Return ``raw`` in lower case with single spaces, no processor, no addition."""
    return _ADDITION.sub("", " ".join(_PROCESSOR.sub(" ", raw.casefold()).split()))


def service_pack(text: str) -> int | None:
    """Return the service pack that ``text`` names, if it does."""
    found = _SERVICE_PACK.search(text.replace("-sp", " sp"))
    return int(found.group(1)) if found else None


def says_or_later(text: str) -> bool:
    """Return whether ``text`` leaves later versions open."""
    return bool(_OR_LATER.search(text))


def as_version(text: str) -> Version:
    """Return the leading number of a cycle or version: ``7.2.5`` → ``(7, 2, 5)``."""
    found = re.match(_NUMBER, text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def read_name(raw: str, added: Iterable[str] = ()) -> NamedVersion | None:
    """Return the product and version that ``raw`` names; ``None`` if no one knows it.

    Windows is not read here (``microsoft_names``).

    Args:
        added: Slugs that an admin's data brought; they are known by their own words.
    """
    text = plain(raw)
    for slug, form in (*SPELLINGS, *_spelt_as_named(tuple(added))):
        found = form.search(text)
        if found:
            rest = text[found.end() :]
            return NamedVersion(
                product=slug,
                versions=_versions(slug, rest) or _said_first(text[: found.start()]),
                or_later=says_or_later(rest),
                before=bool(_BEFORE.search(rest)),
                lts=bool(re.search(r"\blts\b", rest)),
                rest=rest,
                text=text,
            )
    return None


@lru_cache(maxsize=8)
def _spelt_as_named(slugs: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return a spelling a slug, the longest first: ``oracle-x`` before ``x``."""
    return tuple(
        (slug, re.compile(rf"(?<![\w-]){_as_words(slug)}(?![a-z-])"))
        for slug in sorted(slugs, key=len, reverse=True)
        if len(slug) > 1
    )


def _as_words(slug: str) -> str:
    return "[ -]?".join(re.escape(word) for word in slug.split("-"))


def _versions(slug: str, rest: str) -> tuple[Version, ...]:
    special = _SPECIAL.get(slug)
    if special and (version := special(rest)):
        return (version,)
    found = _LISTED.search(rest)
    if not found:
        return ()
    versions = tuple(as_version(part) for part in found.group().split("/"))
    return tuple(_java(v) for v in versions) if slug in _JAVAS else versions


def _said_first(before: str) -> tuple[Version, ...]:
    found = _VERSION_FIRST.search(before)
    return (as_version(found.group(1)),) if found else ()


def _suse(rest: str) -> Version:
    found = re.match(r"\D*(\d+)(?!\.\d)", rest)
    pack = service_pack(rest)
    return (int(found.group(1)), pack) if found and pack is not None else ()


def _aix(rest: str) -> Version:
    level = re.search(r"(\d)\.?(\d)(?:00)?\D{1,3}(?:tl ?|0)(\d+)\b", rest)
    if level:
        return tuple(int(part) for part in level.groups())
    packed = re.search(r"\b(\d)(\d)00\b", rest)
    return tuple(int(part) for part in packed.groups()) if packed else ()


def _ibm_i(rest: str) -> Version:
    found = re.search(r"v(\d+) ?r(\d+)", rest)
    return tuple(int(part) for part in found.groups()) if found else ()


def _solaris(rest: str) -> Version:
    found = re.match(r"\s*5\.(\d+)(?:\.(\d+))?", rest)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def _oracle(rest: str) -> Version:
    found = re.search(r"\b(\d+) ?[cgi]? ?(?:r|release) ?(\d)\b", rest)
    return tuple(int(part) for part in found.groups()) if found else ()


def _java(version: Version) -> Version:
    is_old_form = len(version) > 1 and version[0] == 1 and version[1] >= 5
    return version[1:] if is_old_form else version


_JAVAS: Final = frozenset({"oracle-jdk", "eclipse-temurin", "red-hat-build-of-openjdk"})
_SPECIAL: Final[dict[str, Callable[[str], Version]]] = {
    "sles": _suse,
    "ibm-aix": _aix,
    "ibm-i": _ibm_i,
    "oracle-solaris": _solaris,
    "oracle-database": _oracle,
}
"""Products whose versions are written in a form of their own."""
