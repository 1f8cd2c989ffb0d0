"""Whether the values of a column fit the field it is thought to mean.

Judged from ``ColumnProfile`` alone: its kind and its few samples.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from discovery_app.domain.mapping import ColumnProfile
from discovery_app.knowledge.addresses import ip_addresses, mac_addresses
from discovery_app.knowledge.fields import AssetField
from discovery_app.knowledge.ports import PROTOCOL_NUMBERS
from discovery_app.knowledge.telling_words import KNOWN_WORDS, OPAQUE_KEY
from discovery_app.knowledge.values import boolean, enumeration, placeholders, tag_map

_NUMBER: Final = re.compile(r"^[^\d-]{0,4}(-?\d[\d.,'\s]*)")
_NUMERIC: Final = frozenset({"integer", "decimal", "percent", "size"})
_WORDY: Final = frozenset({"word", "text", "hostname", "os", "fqdn"})
_NEVER_NAMES: Final = ("os_architecture", "power_state", "asset_type")
_NAME_FIELDS: Final = frozenset({"asset_name", "hostname", "fqdn"})
_KEY_FIELDS: Final = frozenset(
    {"external_id", "serial_number", "vmware_moref", "vcenter_id"}
)
_MAY_BE_NUMBERS: Final = _KEY_FIELDS | {
    "application_name",
    "asset_name",
    "business_unit",
    "database_version",
    "description",
    "model",
    "os_version",
    "support_status",
    "wave",
}
"""Text fields in which a bare number is nothing odd."""

_LARGEST_COUNT: Final = 4096
_LARGEST_COUNTS: Final[Mapping[str, int]] = MappingProxyType(
    {"cpu_sockets": 64, "cores_per_socket": 512, "disk_count": 512, "nic_count": 256}
)
"""No machine has more of them, and none more than ``_LARGEST_COUNT`` cores: a
processor column with values around 2,400 is a clock rate. Chosen, not measured."""

_AGREES_SHARE: Final = 0.6
"""Share of samples that must be words of a field; chosen, not measured."""


class Support(IntEnum):
    """What values say about a field; the larger the better."""

    CONTRADICTS = 0
    NEUTRAL = 1
    AGREES = 2


def support(field: AssetField, profile: ColumnProfile) -> Support:
    """Return what the values of a column say about ``field``."""
    if profile.kind == "empty" or not _telling(profile.samples):
        return Support.NEUTRAL
    return _BY_TYPE[field.type](field, profile)


def _telling(samples: Sequence[str]) -> list[str]:
    return [s for s in samples if s.strip().casefold() not in placeholders()]


def _share(profile: ColumnProfile, holds: Callable[[str], bool]) -> float:
    samples = _telling(profile.samples)
    return sum(1 for sample in samples if holds(sample)) / len(samples)


def _of_share(share: float) -> Support:
    if share >= _AGREES_SHARE:
        return Support.AGREES
    return Support.NEUTRAL if share > 0 else Support.CONTRADICTS


def numbers(profile: ColumnProfile) -> list[float]:
    """Return the numbers that the samples begin with; others are left out."""
    found = (_NUMBER.match(sample.strip()) for sample in profile.samples)
    texts = (match[1].replace("'", "").replace(" ", "") for match in found if match)
    return [value for text in texts if (value := _plain(text)) is not None]


def _plain(text: str) -> float | None:
    """Read a number roughly: good enough to tell magnitudes, not to store."""
    last = max(text.rfind("."), text.rfind(","))
    grouped = text.count(text[last]) > 1 if last >= 0 else False
    whole = text if last < 0 or grouped else text[:last]
    rest = "" if last < 0 or grouped else text[last + 1 :]
    point = f"{whole.replace('.', '').replace(',', '')}.{rest}"
    try:
        return float(point.rstrip("."))
    except ValueError:
        return None


def _number(field: AssetField, profile: ColumnProfile) -> Support:
    values = numbers(profile)
    if profile.kind in {"date", "ip", "mac", "uuid", "os", "fqdn", "boolean"}:
        zero_one = profile.kind == "boolean" and len(values) == len(profile.samples)
        return Support.NEUTRAL if zero_one else Support.CONTRADICTS
    if profile.kind not in _NUMERIC and len(values) < len(_telling(profile.samples)):
        return Support.CONTRADICTS
    if not values or min(values) < 0:
        return Support.CONTRADICTS
    return _magnitude(field, profile, values)


def _magnitude(
    field: AssetField, profile: ColumnProfile, values: Sequence[float]
) -> Support:
    if field.unit == "percent":
        return Support.AGREES if max(values) <= 100 else Support.CONTRADICTS
    if profile.kind == "percent":
        return Support.CONTRADICTS
    if field.type == "int" and field.unit is None and field.name != "bytes_total":
        whole = all(value == int(value) for value in values)
        most = _LARGEST_COUNTS.get(field.name, _LARGEST_COUNT)
        fits = whole and (field.group == "Connection" or max(values) <= most)
        return Support.AGREES if fits else Support.CONTRADICTS
    return Support.AGREES


def _boolean(field: AssetField, profile: ColumnProfile) -> Support:
    return _of_share(_share(profile, lambda s: boolean(s, field.name) is not None))


def _enumeration(field: AssetField, profile: ColumnProfile) -> Support:
    return _of_share(_share(profile, lambda s: enumeration(field.name, s) is not None))


def _date(field: AssetField, profile: ColumnProfile) -> Support:
    if profile.kind == "date":
        return Support.AGREES
    serial = profile.kind in {"integer", "decimal"} and all(
        20_000 < value < 80_000 or value > 1e8 for value in numbers(profile)
    )
    return Support.NEUTRAL if serial else Support.CONTRADICTS


def _list(field: AssetField, profile: ColumnProfile) -> Support:
    if field.items == "ip":
        return _of_share(_share(profile, lambda s: bool(ip_addresses(s).good)))
    if field.items == "mac":
        return _of_share(_share(profile, lambda s: bool(mac_addresses(s).good)))
    wrong = profile.kind in _NUMERIC | {"boolean", "date", "mac", "os"}
    return Support.CONTRADICTS if wrong else Support.NEUTRAL


def _text(field: AssetField, profile: ColumnProfile) -> Support:
    kind, name = profile.kind, field.name
    told = _telling_text(name, kind, profile)
    if told is not None:
        return told
    if kind in {"boolean", "date", "percent", "mac"}:
        return _odd_text(name, kind)
    if kind in {"integer", "decimal", "size"}:
        fits = name in _MAY_BE_NUMBERS
        return Support.NEUTRAL if fits else Support.CONTRADICTS
    if name in _NAME_FIELDS:
        return _machine_name(name, profile)
    wrong = kind == "ip" and name not in {"hypervisor_host", "source_name", "dest_name"}
    return Support.CONTRADICTS if wrong else Support.NEUTRAL


def _telling_text(name: str, kind: str, profile: ColumnProfile) -> Support | None:
    """Return what values of a form or vocabulary of their own say; else ``None``."""
    if name == "operating_system":
        return _operating_system(kind)
    if name == "vm_uuid":
        return Support.AGREES if kind == "uuid" else Support.CONTRADICTS
    if name.endswith("_ip"):
        return Support.AGREES if kind == "ip" else Support.CONTRADICTS
    if name in KNOWN_WORDS and kind in _WORDY:
        return _by_words(name, profile)
    if name in _KEY_FIELDS and all(map(OPAQUE_KEY.fullmatch, profile.samples)):
        return Support.AGREES
    is_protocol = {*_telling(profile.samples)} <= {*PROTOCOL_NUMBERS}
    return Support.AGREES if name == "protocol" and is_protocol else None


def _by_words(name: str, profile: ColumnProfile) -> Support:
    """Tell whether the values name what the field holds; all engines are known ones."""
    known = _of_share(_share(profile, lambda s: bool(KNOWN_WORDS[name].search(s))))
    is_sure = name == "database_engine" or (
        name == "hypervisor" and profile.kind in {"hostname", "fqdn"}
    )
    return known if known is not Support.CONTRADICTS or is_sure else Support.NEUTRAL


def _operating_system(kind: str) -> Support:
    if kind == "os":
        return Support.AGREES
    return Support.NEUTRAL if kind in {"word", "text", "hostname"} else _NO


def _odd_text(name: str, kind: str) -> Support:
    if name == "support_status" and kind in {"boolean", "date"}:
        return Support.AGREES
    return Support.NEUTRAL if name == "description" else Support.CONTRADICTS


def _machine_name(name: str, profile: ColumnProfile) -> Support:
    kind = profile.kind
    if any(_all_are(words, profile) for words in _NEVER_NAMES):
        return Support.CONTRADICTS
    if kind in {"fqdn", "hostname"}:
        return Support.AGREES
    fits = kind in {"word", "text"} or (kind == "ip" and name == "asset_name")
    return Support.NEUTRAL if fits else Support.CONTRADICTS


def _all_are(field: str, profile: ColumnProfile) -> bool:
    """Return whether every sample is a word of another field: ``x86_64`` is no name."""
    return all(enumeration(field, s) for s in _telling(profile.samples))


def _map(field: AssetField, profile: ColumnProfile) -> Support:
    if _share(profile, lambda s: any(tag_map(s).values())) >= _AGREES_SHARE:
        return Support.AGREES
    wrong = profile.kind in {"ip", "mac", "date", "percent", "decimal"}
    return Support.CONTRADICTS if wrong else Support.NEUTRAL


_NO: Final = Support.CONTRADICTS

_BY_TYPE: Final[Mapping[str, Callable[[AssetField, ColumnProfile], Support]]] = (
    MappingProxyType(
        {
            "string": _text,
            "int": _number,
            "float": _number,
            "money": _number,
            "bool": _boolean,
            "date": _date,
            "datetime": _date,
            "list": _list,
            "enum": _enumeration,
            "map": _map,
        }
    )
)
