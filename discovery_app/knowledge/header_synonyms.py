"""Words of headers that mean the same: abbreviations, and other languages.

English ones stand here; German, French and Spanish ones in ``data/header_words.json``.
Chosen from the spellings of ``asset_schema.json`` and from public header rows.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from discovery_app.knowledge.header_units import written_forms

_ENGLISH_FILLERS: Final = frozenset(
    {"of", "the", "a", "an", "in", "to", "for", "is", "and", "or", "s", "current"}
    | {"what", "which", "who", "how", "many", "much", "does", "was"}
)

ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "#": "count",
        "addr": "address",
        "adr": "address",
        "app": "application",
        "arch": "architecture",
        "average": "avg",
        "mean": "avg",
        "biz": "business",
        "brand": "manufacturer",
        "bu": "businessunit",
        "bus": "business",
        "center": "centre",
        "comment": "description",
        "crit": "criticality",
        "curr": "current",
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
        "filesystem": "fs",
        "guid": "uuid",
        "load": "util",
        "n": "count",
        "sum": "total",
        "hdd": "disk",
        "hw": "hardware",
        "distro": "distribution",
        "identifier": "id",
        "ipv4": "ip",
        "ipv6": "ip",
        "loc": "location",
        "located": "location",
        "make": "manufacturer",
        "max": "peak",
        "maximum": "peak",
        "mem": "memory",
        "mfg": "manufacturer",
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
        "sys": "system",
        "sn": "serial",
        "tech": "technical",
        "usage": "util",
        "utilisation": "util",
        "utilization": "util",
        "vendor": "manufacturer",
        "ver": "version",
        "virt": "virtualization",
        "virtualisation": "virtualization",
        "workload": "application",
    }
)
"""Words that mean the same in a header."""


def _foreign() -> Mapping[str, Any]:
    path = files("discovery_app.knowledge").joinpath("data/header_words.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    return {language: content[language] for language in ("de", "fr", "es")}


def _meanings() -> Iterator[tuple[str, str]]:
    for words in _foreign().values():
        for meaning, spellings in words["same"].items():
            for spelling in spellings:
                yield from ((form, meaning) for form in written_forms(spelling))


SAME: Final[Mapping[str, str]] = MappingProxyType({**dict(_meanings()), **ENGLISH})
"""What a word stands for; where languages disagree, English wins."""

FOREIGN_FILLERS: Final = frozenset(
    form
    for words in _foreign().values()
    for filler in words["fillers"]
    for form in written_forms(filler)
)
"""Articles and prepositions of other languages."""

FILLERS: Final = _ENGLISH_FILLERS | FOREIGN_FILLERS
"""Words that say nothing. ``in`` and ``to`` count where a direction is meant."""
