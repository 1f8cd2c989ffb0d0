"""The fields an asset and a connection can have, and the headers they go under.

The facts lie in ``data/asset_schema.json`` (67 asset fields and 15 connection
fields with their header spellings by source) and in ``data/ambiguous_headers.json``;
both were carried over from the product's field research (FIELD.md). Spellings under
``added`` and in ``data/foreign_headers.json`` were added for this product.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from discovery_app.knowledge.header_units import written_forms
from discovery_app.knowledge.headers import normalise_header

EDGE_PREFIX: Final = "edge."
"""A target in a connections table is ``edge.<name>``."""

IDENTITY_FIELDS: Final = (
    "asset_name",
    "hostname",
    "fqdn",
    "external_id",
    "serial_number",
    "vm_uuid",
    "application_name",
)
"""Fields that can say which asset a row is. ``application_name`` does so only in
lists of applications."""

FOREIGN_LANGUAGES: Final = ("de", "fr", "es")
"""Spellings of these sources are headers in another language than English."""


@dataclass(frozen=True)
class AssetField:
    """One field of the schema.

    Attributes:
        type: ``string``, ``int``, ``float``, ``money``, ``bool``, ``date``,
            ``datetime``, ``list``, ``enum`` or ``map``.
        unit: The unit values are stored in: ``MB`` and ``GB`` (of 1,024),
            ``percent`` (0–100), ``ops/s``, ``MB/s``, ``hours``, ``minutes`` …
        required: ``yes``, ``yes for servers``, ``one-of-identity``, ``recommended``
            or ``no``.
        allowed: The words an ``enum`` may have.
        items: What a ``list`` holds: ``ip``, ``mac`` or ``ref``.
        multiple: Whether several columns of a table may feed it.
        core: Whether pages show it first.
        group: Heading under which people choose it.
    """

    name: str
    type: str
    unit: str | None
    required: str
    description: str
    allowed: tuple[str, ...] = ()
    items: str = ""
    multiple: bool = False
    core: bool = False
    label: str = ""
    group: str = ""


@dataclass(frozen=True)
class HeaderSpelling:
    """A header that some source uses for a field.

    Attributes:
        source: Slug of the source, ``handmade``, ``original`` or ``added``, or a
            language of ``FOREIGN_LANGUAGES``.
        unit: Unit of its values where the source fixes one; ``None`` otherwise.
            Besides units: ``inverted`` (true means the field is false) and
            ``sockets`` (to be multiplied by cores per socket).
        rank: Place of the spelling in its source's list, from 0: where a source has
            several columns for one field, the lower rank is the better one.
    """

    field: str
    source: str
    header: str
    unit: str | None
    rank: int


Spellings = Mapping[str, tuple[HeaderSpelling, ...]]


@cache
def _content(name: str) -> Mapping[str, Any]:
    package = resources.files("discovery_app.knowledge")
    return json.loads((package / "data" / name).read_text(encoding="utf-8"))


def _field(entry: Mapping[str, Any]) -> AssetField:
    return AssetField(
        name=entry["name"],
        type=entry["type"],
        unit=entry.get("unit"),
        required=entry["required"],
        description=entry["description"],
        allowed=tuple(entry.get("allowed", ())),
        items=entry.get("items", ""),
        multiple=entry.get("multiple", False),
        core=entry.get("core", False),
        label=entry["label"],
        group=entry["group"],
    )


def _fields(part: str) -> Mapping[str, AssetField]:
    entries = _content("asset_schema.json")[part]
    return MappingProxyType({entry["name"]: _field(entry) for entry in entries})


ASSET_FIELDS: Final[Mapping[str, AssetField]] = _fields("fields")
"""The 67 fields of an asset, in schema order."""

EDGE_FIELDS: Final[Mapping[str, AssetField]] = _fields("edge_fields")
"""The 15 fields of a connection, without ``EDGE_PREFIX``, in schema order."""

CORE_FIELDS: Final = tuple(name for name, f in ASSET_FIELDS.items() if f.core)
"""The 44 fields that pages show first, in schema order."""


@cache
def asset_spellings() -> Spellings:
    """Return all known spellings by normalised header."""
    spellings = list(_spellings("fields"))
    foreign = _content("foreign_headers.json")
    for language in FOREIGN_LANGUAGES:
        for field, headers in foreign[language].items():
            written = [form for header in headers for form in _written(header)]
            spellings += _of_source(field, language, written)
    return _by_header(spellings)


@cache
def edge_spellings() -> Spellings:
    """Return the spellings of connection fields by normalised header."""
    return _by_header(_spellings("edge_fields"))


@cache
def ambiguous_headers() -> Mapping[str, tuple[str, ...]]:
    """Return the normalised headers that are asked about, with what they may mean."""
    headers = _content("ambiguous_headers.json")["headers"]
    return MappingProxyType({key: tuple(value) for key, value in headers.items()})


def _spellings(part: str) -> Iterable[HeaderSpelling]:
    for entry in _content("asset_schema.json")[part]:
        for source, headers in entry["headers"].items():
            yield from _of_source(entry["name"], source, headers)


def _of_source(field: str, source: str, headers: list[Any]) -> list[HeaderSpelling]:
    pairs = [(h, None) if isinstance(h, str) else (h[0], h[1]) for h in headers]
    return [
        HeaderSpelling(field, source, header, unit, rank)
        for rank, (header, unit) in enumerate(pairs)
    ]


def _written(header: str) -> list[str]:
    """Return the ways ``header`` is written where accents are not at hand."""
    return list(dict.fromkeys((header, *written_forms(header))))


def _by_header(spellings: Iterable[HeaderSpelling]) -> Spellings:
    found: dict[str, list[HeaderSpelling]] = defaultdict(list)
    for spelling in spellings:
        found[normalise_header(spelling.header)].append(spelling)
    return MappingProxyType({key: tuple(value) for key, value in found.items()})


def field_of_target(target: str) -> AssetField | None:
    """Return the field a mapping's target names, ``None`` if there is none."""
    if target.startswith(EDGE_PREFIX):
        return EDGE_FIELDS.get(target.removeprefix(EDGE_PREFIX))
    return ASSET_FIELDS.get(target)


def is_target(target: str) -> bool:
    """Return whether a column may be mapped to ``target``."""
    return field_of_target(target) is not None


def target_label(target: str) -> str:
    """Return the name people read for ``target``; the target itself if unknown."""
    field = field_of_target(target)
    return field.label if field else target


def target_choices(role: str = "assets") -> list[tuple[str, str, str]]:
    """Return what a person may map a column of a table of ``role`` to.

    Returns:
        Triples of target, label and group, in the order of groups and then schema.
    """
    if role == "connections":
        return [(EDGE_PREFIX + f.name, f.label, f.group) for f in EDGE_FIELDS.values()]
    groups = list(dict.fromkeys(field.group for field in ASSET_FIELDS.values()))
    ordered = sorted(ASSET_FIELDS.values(), key=lambda field: groups.index(field.group))
    return [(field.name, field.label, field.group) for field in ordered]
