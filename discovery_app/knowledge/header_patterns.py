"""Numbered headers: several columns of a table that together are one value.

The patterns are those of ``kb_addenda.json`` (Azure Migrate CSV template, Konveyor
template, RVTools vInfo).
"""

import re
from dataclasses import dataclass
from typing import Final

from discovery_app.knowledge.header_units import split_header

_DISK_SIZE: Final = re.compile(r"^disk[ _]?(\d+)[ _](?:size|capacity)", re.IGNORECASE)
_DISK_RATE: Final = re.compile(
    r"^disk[ _]?(\d+)[ _](read|write)[ _](throughput|ops|iops)", re.IGNORECASE
)
_TAG: Final = re.compile(r"^tag[ _](category|type|key)[ _]?(\d+)$", re.IGNORECASE)
_TAG_VALUE: Final = re.compile(r"^tag(?:[ _]value)?[ _]?(\d+)$", re.IGNORECASE)
_NETWORK: Final = re.compile(r"^network[ _]?#?(\d+)$", re.IGNORECASE)


@dataclass(frozen=True)
class NumberedHeader:
    """What a numbered header means.

    Attributes:
        target: A field's name, ``None`` where the schema has none.
        rule: ``pattern_sum`` (the columns are added up), ``pattern_pair`` (key and
            value of the same number belong together) or ``pattern_collect``.
        unit: As in the header; ``key <n>`` or ``value <n>`` in pairs.
    """

    target: str | None
    rule: str
    unit: str | None
    number: int


def match_pattern(header: str) -> NumberedHeader | None:
    """Return what a numbered header means, ``None`` if it is none."""
    text = header.replace("\ufeff", "").strip().lstrip("*").strip()
    return _disk(text) or _tag(text) or _network(text)


def _disk(text: str) -> NumberedHeader | None:
    unit = split_header(text).unit
    if found := _DISK_SIZE.match(text):
        number = int(found[1])
        return NumberedHeader("storage_provisioned_gb", "pattern_sum", unit, number)
    found = _DISK_RATE.match(text)
    if not found:
        return None
    direction = found[2].lower()
    is_rate = found[3].lower() == "throughput"
    target = f"disk_{direction}_{'mbps' if is_rate else 'iops'}"
    return NumberedHeader(
        target, "pattern_sum", unit if is_rate else None, int(found[1])
    )


def _tag(text: str) -> NumberedHeader | None:
    if found := _TAG.match(text):
        return NumberedHeader("tags", "pattern_pair", f"key {found[2]}", int(found[2]))
    if found := _TAG_VALUE.match(text):
        return NumberedHeader(
            "tags", "pattern_pair", f"value {found[1]}", int(found[1])
        )
    return None


def _network(text: str) -> NumberedHeader | None:
    found = _NETWORK.match(text)
    if not found:
        return None
    return NumberedHeader(None, "pattern_collect", None, int(found[1]))
