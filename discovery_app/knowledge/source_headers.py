"""What a header means in the export of a known source.

First what ``source_presets.PRESETS`` fixes, then the spellings of that source in
``asset_schema.json``.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from discovery_app.knowledge.fields import HeaderSpelling, asset_spellings
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.source_catalogue import PRESETS
from discovery_app.knowledge.source_presets import (
    Meaning,
    Preset,
    RelatedPreset,
)

_SPELLED_AS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "aws_ads": ("aws_ads", "aws_agent"),
        "aws_cmf": ("aws_cmf", "aws_mgn"),
        "cast_highlight": ("cast",),
        "splunk_cim": ("splunk",),
    }
)
"""Names under which ``asset_schema.json`` lists a source, where they differ."""

CLOSED_SOURCES: Final = frozenset(
    {"azure_migrate", "azure_report", "cast_highlight", "gcp_mc", "konveyor", "rvtools"}
)
"""Sources whose columns a tool fixes: a header that neither preset nor spelling
knows is not guessed at by its words."""

ASIDE: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("cast_highlight", "businessvalue"): "business_criticality",
        ("hyper_v", "status"): "operational_status",
        ("hyper_v", "version"): "os_version",
        ("proxmox", "netin"): "net_in_mbps",
        ("proxmox", "netout"): "net_out_mbps",
        ("rvtools", "folder"): "application_name",
        ("servicenow", "osservicepack"): "os_version",
    }
)
"""Spellings that are no safe stand-in for the field that the schema lists them
under: a vCenter folder is often no application, a service pack is only a part of a
version, CAST's value of the business is a score, Hyper-V's version is that of the
virtual hardware, and Proxmox counts bytes since the start. They stay custom fields with
that field as a suggestion."""

_RANK_OF_SPELLINGS: Final = 10
"""Spellings of the schema come after every meaning that a preset fixes."""


def source_spellings(source: str) -> tuple[str, ...]:
    """Return the names under which the schema lists the spellings of ``source``."""
    return _SPELLED_AS.get(source, (source,))


def preset_meaning(source: str, header: str) -> Meaning | None:
    """Return what ``header`` means in an asset table of ``source``."""
    normal = normalise_header(header)
    if (source, normal) in ASIDE:
        return None
    preset = PRESETS.get(source)
    fixed = preset.meanings.get(normal) if preset else None
    spelling = _spelling(source, normal)
    if fixed is None:
        return spelling and _as_meaning(spelling)
    if fixed.unit is None and spelling and spelling.field == fixed.field:
        return Meaning(fixed.field, spelling.unit, fixed.order)
    return fixed


def _as_meaning(spelling: HeaderSpelling) -> Meaning:
    return Meaning(spelling.field, spelling.unit, _RANK_OF_SPELLINGS + spelling.rank)


def _spelling(source: str, normal: str) -> HeaderSpelling | None:
    names = source_spellings(source)
    own = [s for s in asset_spellings().get(normal, ()) if s.source in names]
    return own[0] if own else None


@cache
def _related_meanings(source: str, kind: str) -> Mapping[str, Meaning]:
    """Return the meanings of an enriching table, its join keys among them."""
    preset = PRESETS[source]
    related = preset.related[kind]
    keys = {key: preset.meanings[key] for key in related.keys if key in preset.meanings}
    return MappingProxyType({**keys, **_placement(kind), **related.meanings})


def _placement(kind: str) -> Mapping[str, Meaning]:
    """Return what a vHost sheet tells of the machines that run on a host."""
    if kind != "vhost":
        return {}
    return {"datacenter": Meaning("location"), "cluster": Meaning("cluster")}


def related_meaning(
    source: str, sheet: str, file: str, headers: Sequence[str], header: str
) -> Meaning | None:
    """Return what ``header`` means in an enriching table of ``source``."""
    preset = PRESETS.get(source)
    kind = _kind(preset, sheet, file, headers) if preset else None
    if kind is None:
        return None
    return _related_meanings(source, kind).get(normalise_header(header))


def _kind(preset: Preset, sheet: str, file: str, headers: Sequence[str]) -> str | None:
    """Return which of a preset's enriching tables this is: by name, else by headers."""
    named = normalise_header(sheet or file)
    for kind in preset.related:
        if kind in named:
            return kind
    normals = {normalise_header(header) for header in headers}
    scores = {kind: _overlap(r, normals) for kind, r in preset.related.items()}
    best = max(scores, key=lambda kind: scores[kind], default=None)
    return best if best and scores[best] else None


def _overlap(related: RelatedPreset, normals: set[str]) -> int:
    if normals.isdisjoint(related.keys):
        return 0
    return len(normals.intersection(related.meanings))


SOURCE_BOUND: Final = frozenset(
    {
        "assignedto",
        "capacity",
        "bs",
        "category",
        "class",
        "classification",
        "company",
        "contact",
        "cost",
        "country",
        "customer",
        "device",
        "disk",
        "dc",
        "entity",
        "eol",
        "eoldate",
        "folder",
        "function",
        "groupname",
        "hardware",
        "hardwarestatus",
        "id",
        "impact",
        "importance",
        "installstatus",
        "key",
        "lifecycle",
        "machinestatus",
        "managedby",
        "monthlycost",
        "name",
        "node",
        "objectid",
        "owner",
        "pii",
        "piiflag",
        "platform",
        "platformtype",
        "priority",
        "role",
        "servertype",
        "service",
        "servicelevel",
        "servertyp",
        "so",
        "source",
        "stage",
        "status",
        "strategy",
        "supportend",
        "system",
        "tenant",
        "type",
        "updated",
        "usedfor",
        "value",
        "vapp",
        "version",
        "virtual",
    }
)
"""Short headers whose meaning rests on the source they come from. Elsewhere the
values must agree before such a mapping is sure. Chosen, not measured."""

SURE_WITHOUT_PROOF: Final = frozenset({"name", "owner", "company", "country", "node"})
"""Those of them that are sure where the values at least do not speak against it."""
