"""How column headers are compared, and which columns are never taken in.

The rules are those of ``kb_addenda.json`` (normalisation, never-import list); the
words of ``HEADER_WORDS`` were chosen from the headers of the exports that FIELD.md
names, and are used only to tell a header row from a row of values.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from discovery_app.knowledge.header_units import unaccented


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that lists them between blanks."""
    return frozenset(text.split())


_DROPPED: Final = re.compile(r"[^a-z0-9%]")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|%", re.ASCII)
_FOREIGN: Final = re.compile(r"[\W_]+")

NAMESPACES: Final = frozenset({"ansible", "cs", "facter"})
"""Words that tools put before names without a meaning: Ansible and Facter facts,
PowerShell's ``Get-ComputerInfo`` (``Cs`` for the class Win32_ComputerSystem)."""

_NEARLY_ALL: Final = 0.8
_MOST_HAVE_ZERO: Final = 0.5
_FEWEST_FOR_AFFIX: Final = 5
"""Share of a table's headers, and how many it must have, before what they share is
taken for the tool's and not for a meaning; chosen, not measured."""

NEVER_IMPORTED_ANYWHERE: Final = (
    "password",
    "passwd",
    "passwort",
    "kennwort",
    "passphrase",
    "privatekey",
    "sshkey",
    "apikey",
    "secretkey",
    "accesskey",
    "recoverykey",
    "encryptionkey",
    "authkey",
    "presharedkey",
    "connectionstring",
    "connstr",
    "communitystring",
    "snmpcommunity",
    "rocommunity",
    "rwcommunity",
    "geheimnis",
    "zugangsdaten",
    "privaterschl",
    "geheimerschl",
    "apischl",
    "sshschl",
    "zugriffsschl",
    "verbindungszeichenfolge",
    "motdepasse",
    "cleprivee",
    "clesecrete",
    "cleapi",
    "cledapi",
    "cledacces",
    "chainedeconnexion",
    "contrasena",
    "contrasenya",
    "claveprivada",
    "clavesecreta",
    "clavedeacceso",
    "claveapi",
    "cadenadeconexion",
)
"""Parts of a normalised header, accents off, that say the column holds a credential;
in English, German, French and Spanish. ``schl`` begins ``Schlüssel``, with an umlaut
or without."""

NEVER_IMPORTED_WORDS: Final = frozenset(
    {"pwd", "secret", "secrets", "token", "tokens", "credential", "credentials"}
    | {"mdp", "jeton", "jetons", "credencial", "credenciales"}
    | {"secreto", "secretos", "pw", "passcode", "psk", "pass"}
)
"""Whole words of a header that say the same; ``secretary`` is none of them."""

_BARE_CREDENTIALS: Final = frozenset({"community"})
"""Headers that are a credential if they say nothing else: SNMP's ``community``."""

_TESTED: Final = "fail"
"""``Pass/Fail`` is the result of a test."""

HEADER_WORDS: Final = words_of("""
    account active adapter address age agent allocated app application architecture
    artifact assigned attribute availability average azure backup bios boot branch
    bucket business capacity category changed ci city class client cloud cluster cmdb
    code comment comments company component configuration connected connection
    consumed contact core cores cost count country cpu cpus created criticality
    database datacenter datastore date department dependency description destination
    device direction disk disks dns domain drive edition email end enabled engine
    environment esx external family fe file firmware first flow folder fqdn free
    function gb ghz gib group guest hardware health host hostname hosts hypervisor id
    identifier image in install installed instance instances interface inventory iops
    ip ips ipv4 ipv6 key kernel label last language lan level lifecycle location lob
    logical mac machine maintenance make manager manufacturer max mb mbps medium
    memory mhz mib migration mode model modified monitoring mount move name names
    network nic nics node notes number object operating operational order organisation
    organization os outage owner owners packaging parent partition patch path phase
    physical platform policy pool port ports power powerstate primary priority process
    processor processors product protocol provisioned purpose rack ram rating reach
    read readiness region release repository resource role room rows rpo rto scope sdk
    secondary sector security sequence serial server servers service site size sku
    snapshot socket sockets software source sql stack stakeholder start state status
    storage strategy subnet subscription support survey switch system tag tags target
    team technical technology tenant throughput tier time timestamp timezone title
    total type unit update updated uptime url usage used user utilisation utilization
    uuid value vcenter vcpu vcpus vendor version virtual vlan vm volume wave write
    year zone
    abteilung adresse anwendung anzahl arbeitsspeicher beschreibung besitzer
    betriebssystem firma gerät hersteller kommentar kosten kritikalität modell netzwerk
    ort prozessor prozessoren rechner rechnername rolle seriennummer servername
    servertyp speicher standort typ umgebung verantwortlicher version
    """)
"""Words that headers are made of, in English and German."""


def normalise_header(header: str) -> str:
    """Return the form under which headers are compared.

    Spaces, hyphens, underscores and case do not count; ``%`` does, because
    ``RAM %`` is not ``RAM``. A header without any Latin letter or digit keeps its
    own letters, so that two such headers do not become the same.
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    text = text.replace("\ufeff", "").strip().lstrip("*")
    return _DROPPED.sub("", text) or _FOREIGN.sub("", text)


def header_words(header: str) -> tuple[str, ...]:
    """Return the words of a header in order, lower case; camel case is split."""
    text = unicodedata.normalize("NFKC", header).replace("\ufeff", "")
    words = _WORD.findall(text) if text.isascii() else re.findall(r"[^\W_]+|%", text)
    return tuple(word.casefold() for word in words)


def without_common_affix(header: str, headers: Sequence[str]) -> str:
    """Return ``header`` without the word that nearly all of ``headers`` share.

    Ansible begins every name with ``ansible_``, Configuration Manager ends nearly all
    with ``0``. A word that only some share says what they are about (``Backup IP``),
    so it stays.
    """
    if _share(headers, _has_zero) >= _MOST_HAVE_ZERO and _has_zero(header):
        return header[:-1]
    first = header_words(header)[:1]
    if NAMESPACES.intersection(first):
        return _behind(header, first[0])
    if not first or len(headers) < _FEWEST_FOR_AFFIX:
        return header
    if _share(headers, lambda other: header_words(other)[:1] == first) < _NEARLY_ALL:
        return header
    return _behind(header, first[0])


def _behind(header: str, word: str) -> str:
    start = header.casefold().find(word) + len(word)
    return header[start:].strip(" _.-:") or header


def _share(headers: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, headers)) / max(len(headers), 1)


def _has_zero(header: str) -> bool:
    return len(header) > 1 and header[-1] == "0" and header[-2].isalpha()


def is_never_imported(header: str) -> bool:
    """Return whether a column of this name holds credentials and stays outside."""
    plain = unaccented(header)
    normal = normalise_header(plain)
    if any(part in normal for part in NEVER_IMPORTED_ANYWHERE):
        return True
    words = header_words(plain)
    told = not NEVER_IMPORTED_WORDS.isdisjoint(words) and _TESTED not in words
    return told or normal in _BARE_CREDENTIALS
