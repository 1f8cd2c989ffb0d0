"""The words of a header, and the unit that is among them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_WORD: Final = re.compile(r"[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|%|#")
_SIX_R: Final = re.compile(r"(?<![0-9A-Za-z])[67][ -]?[rR]s?(?![0-9A-Za-z])")
_VCPU: Final = re.compile(r"(?<![A-Za-z])[vV][ -]?(?=[cC]PU|[cC]pu|[cC]ore)")
_WRITTEN_AS_ONE: Final = (
    (re.compile(r"(?<![A-Za-z])ESXi", re.IGNORECASE), " esx "),
    (re.compile(r"(?<![A-Za-z])IP[ _]?v[46]", re.IGNORECASE), " ip "),
    (re.compile(r"Net[ _-]?BIOS", re.IGNORECASE), " netbios "),
    (re.compile(r"(?<![A-Za-z])VMware", re.IGNORECASE), " vmware "),
    (re.compile(r"(?<![A-Za-z])vSphere", re.IGNORECASE), " vsphere "),
    (re.compile(r"(?<![A-Za-z])sys[ .]*admin", re.IGNORECASE), " sysadmin "),
    (re.compile(r"\b(?:is|does|was|has) it\b", re.IGNORECASE), " "),
    (re.compile(r"([KMGT])iB"), r" \1ib "),
    (re.compile(r"([MG])Hz"), r" \1hz "),
    (re.compile(r"([KMGT])[Bb]yte"), r" \1byte"),
    (re.compile(r"(?<![A-Za-z])v(?=mem|ram|stor|disk|nic)", re.IGNORECASE), " "),
)
"""Words that would fall apart at their capitals (``vMem`` is memory), and what makes a
question of a header."""

_FULL_NAMES: Final = (
    (
        re.compile(
            r"oper(?:ating|\.)?[ _-]*sys(?:tem|\.)?|systeme (?:d.)?exploitation"
            r"|sistema operativo",
            re.IGNORECASE,
        ),
        " OS ",
    ),
    (re.compile(r"bases? (?:de donnees|de datos)", re.IGNORECASE), " db "),
)
"""What several words name that is one thing."""
_REMARK: Final = re.compile(
    r"[(\[]\s*(?:(?:y|j|o|s|yes|ja|oui|si|sí|true|wahr|vrai)\s*/\s*(?:n|no|nein|non"
    r"|false|falsch|faux)|[a-z](?:\s*/\s*[a-z])+|\d+\s*(?:-|–|to|bis|à)\s*\d+|optional|optionnel|opcional"
    r"|(?:last )?\d+\s?(?:d|days?|tage|jours|w|weeks?|months?)|if any"
    r"|[dtj]{2}([./-])[m]{2}\1[yja]{2,4}|[yja]{4}([./-])m{2}\2[dtj]{2})\s*[)\]]",
    re.IGNORECASE,
)
"""What people put behind a header to say how to fill it in: ``(Y/N)``, ``(1-5)``."""

_UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_PLURAL: Final = re.compile(r"([^\W\d_])\((?:s|en|n|es)\)")
"""``IP(s)`` are IPs."""

_ABBREVIATED: Final = re.compile(r"([^\W\d_]{2,})\.")

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "byte": "B",
        "bytes": "B",
        "kbyte": "KB",
        "kbytes": "KB",
        "mbyte": "MB",
        "mbytes": "MB",
        "gbyte": "GB",
        "gbytes": "GB",
        "gigabytes": "GB",
        "megabytes": "MB",
        "tbyte": "TB",
        "tbytes": "TB",
        "kb": "KB",
        "ko": "KB",
        "kib": "KiB",
        "mb": "MB",
        "mib": "MiB",
        "mo": "MB",
        "gb": "GB",
        "gib": "GiB",
        "go": "GB",
        "tb": "TB",
        "tib": "TiB",
        "%": "percent",
        "pct": "percent",
        "percent": "percent",
        "percentage": "percent",
        "prozent": "percent",
        "h": "hours",
        "hr": "hours",
        "hrs": "hours",
        "hour": "hours",
        "hours": "hours",
        "min": "minutes",
        "mins": "minutes",
        "minutes": "minutes",
        "days": "days",
        "mhz": "MHz",
        "ghz": "GHz",
        "kbps": "Kbit/s",
        "mbps": "Mbit/s",
        "gbps": "Gbit/s",
        "mbit": "Mbit/s",
        "gbit": "Gbit/s",
    }
)
"""Unit words of headers; ``ko``, ``mo`` and ``go`` are French. ``MBps`` with a large B
is read as ``MB`` and ``ps``; a small one is a bit."""

_AT_THE_END_ONLY: Final = frozenset(
    {"ko", "mo", "go", "h", "hr", "min", "mins", "days"}
)
"""Unit words that mean something else elsewhere (``Go Live``, ``Min CPU``)."""

_BIT_RATES: Final = frozenset({"Kbit/s", "Mbit/s", "Gbit/s"})
_SIZES: Final = frozenset({"B", "KB", "KiB", "MB", "MiB", "GB", "GiB", "TB", "TiB"})
_PER_SECOND: Final = (("per", "second"), ("per", "sec"), ("/", "s"), ("s",), ("ps",))
_DIRECTED: Final = frozenset({"network", "net"})
"""``Network In (MB/s)`` says a direction, ``Memory in GB`` does not."""

UTILISATION_WORDS: Final = frozenset(
    {"util", "utilisation", "utilization", "usage", "auslastung", "percent", "pct"}
)
"""A header with one of these or ``%`` never names a size (kb_addenda.json)."""

DIMENSIONS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(_SIZES, "size")
    | {f"{unit}/s": "rate" for unit in _SIZES}
    | dict.fromkeys(_BIT_RATES, "rate")
    | {"percent": "percent", "hours": "time", "minutes": "time", "days": "time"}
    | {"MHz": "frequency", "GHz": "frequency"}
)
"""What each unit measures; a field takes units of its own unit's kind only."""


@dataclass(frozen=True)
class HeaderParts:
    """A header taken apart.

    Attributes:
        words: Its words in order, lower case and without accents, unit left out.
        unit: A key of ``DIMENSIONS``; ``None`` if no word of it is a unit.
        is_share: Whether it speaks of a share or of utilisation.
        abbreviated: Those of its words that a point cuts short, as ``Verantw.``.
    """

    words: tuple[str, ...]
    unit: str | None
    is_share: bool
    abbreviated: frozenset[str] = frozenset()


def without_remark(header: str) -> str:
    """Return ``header`` without a remark on how to fill it in."""
    return _REMARK.sub(" ", header).strip()


def unaccented(text: str) -> str:
    """Return ``text`` with accents taken off its letters."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def written_forms(text: str) -> tuple[str, str]:
    """Return ``text`` without accents, and with its umlauts in two letters."""
    bare = unaccented(text).replace("ß", "ss").replace("œ", "oe").replace("Œ", "OE")
    return bare, unaccented(text.translate(_UMLAUTS))


def split_header(header: str) -> HeaderParts:
    """Return the words of ``header`` and the unit that stands among them."""
    text = written_forms(without_remark(header))[0].replace("\ufeff", "")
    short = frozenset(found.casefold() for found in _ABBREVIATED.findall(text))
    text = _PLURAL.sub(r"\1s", text)
    for pattern, plain in _WRITTEN_AS_ONE:
        text = pattern.sub(plain, text)
    text = _VCPU.sub(" v", _SIX_R.sub(" sixr ", text))
    for pattern, plain in _FULL_NAMES:
        text = pattern.sub(plain, text)
    words = _joined([word.casefold() for word in _WORD.findall(text)])
    place = _unit_place(words)
    is_share = not UTILISATION_WORDS.isdisjoint(words) or "%" in words
    if place is None:
        return HeaderParts(tuple(words), None, is_share, short)
    unit = UNITS[words[place]]
    is_share = is_share and unit not in _SIZES
    rest = words[place + 1 :]
    for form in _PER_SECOND if unit in _SIZES | _BIT_RATES else ():
        if tuple(rest[: len(form)]) == form:
            unit = unit if unit in _BIT_RATES else f"{unit}/s"
            rest = rest[len(form) :]
            break
    before = words[:place]
    if before[-1:] == ["in"] and not _DIRECTED.intersection(before):
        before = before[:-1]
    return HeaderParts((*before, *rest), unit, is_share, short)


def _joined(words: list[str]) -> list[str]:
    """Join the ``v`` that was parted from ``vCPU``, ``vCores`` and ``vRAM``."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "v" and word in {"cpu", "cpus", "core", "cores"}:
            joined[-1] = f"v{word}"
        else:
            joined.append(word)
    return joined


def _unit_place(words: Sequence[str]) -> int | None:
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        is_last = place == len(words) - 1
        if word in UNITS and (is_last or word not in _AT_THE_END_ONLY):
            return place if len(words) > 1 else None
    return None
