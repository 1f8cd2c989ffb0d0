"""One value of the inventory as a tool wants it written."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from discovery_app.knowledge.finer_values import os_family
from discovery_app.knowledge.tool_formats import CellForm, ToolColumn
from discovery_app.services.export_formats import flat

Asset = Mapping[str, Any]

_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_STATUS: Final = {"on": "Running", "off": "Stopped", "suspended": "Suspended"}
_BITS: Final = {"x64": "64-bit", "x86": "32-bit"}


def cell(asset: Asset, column: ToolColumn) -> Any:
    """Return the cell of ``column``, safe to open in a spreadsheet; ``""`` if none."""
    value = asset.get(column.field) if column.field else None
    if value is None or value == [] or value == "":
        return ""
    return flat(_FORMS[column.form](value, asset))


def _text(value: Any, _: Asset) -> Any:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else _number(value)


def _number(value: Any) -> Any:
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def _commas(value: Any, _: Asset) -> str:
    return ",".join(value)


def _semicolons(value: Any, _: Asset) -> str:
    return ";".join(value)


def _first(value: Any, _: Asset) -> str:
    return value[0]


def _kb_per_second(value: Any, _: Asset) -> Any:
    return _number(value * 1024)


def _gib(value: Any, _: Asset) -> Any:
    return _number(value / 1024)


def _share_of_memory(value: Any, asset: Asset) -> Any:
    memory = asset.get("memory_mb")
    return _number(value / 100 * memory) if memory else ""


def _os_family(value: Any, _: Asset) -> str:
    return os_family(value)


def _mgn_platform(value: Any, asset: Asset) -> str:
    return _os_family(value, asset).upper()


def _virtual_or_physical(value: Any, _: Asset) -> str:
    return "Virtual" if value else "Physical"


def _is_physical(value: Any, _: Asset) -> str:
    return "false" if value else "true"


def _bits(value: Any, _: Asset) -> str:
    return _BITS.get(value, "")


def _machine_status(value: Any, _: Asset) -> str:
    return _STATUS.get(value, "")


def _tags(value: Any) -> dict[str, str]:
    return json.loads(value) if isinstance(value, str) else value


def _tags_colons(value: Any, _: Asset) -> str:
    return ",".join(f"{key}:{word}" for key, word in _tags(value).items())


def _tags_equals(value: Any, _: Asset) -> str:
    return ";".join(f"{key}={word}" for key, word in _tags(value).items())


def _rate_name(value: Any, _: Asset) -> str:
    return value.capitalize()


def _aws_region(value: Any, _: Asset) -> str:
    """Leave out what is no region of AWS: the client's own place names are none."""
    return value if _REGION.fullmatch(value) else ""


_FORMS: Final[Mapping[CellForm, Callable[[Any, Asset], Any]]] = {
    CellForm.TEXT: _text,
    CellForm.COMMAS: _commas,
    CellForm.SEMICOLONS: _semicolons,
    CellForm.FIRST: _first,
    CellForm.KB_PER_SECOND: _kb_per_second,
    CellForm.GIB: _gib,
    CellForm.SHARE_OF_MEMORY: _share_of_memory,
    CellForm.OS_FAMILY: _os_family,
    CellForm.MGN_PLATFORM: _mgn_platform,
    CellForm.VIRTUAL_OR_PHYSICAL: _virtual_or_physical,
    CellForm.IS_PHYSICAL: _is_physical,
    CellForm.BITS: _bits,
    CellForm.MACHINE_STATUS: _machine_status,
    CellForm.TAGS_COLONS: _tags_colons,
    CellForm.TAGS_EQUALS: _tags_equals,
    CellForm.RATE_NAME: _rate_name,
    CellForm.AWS_REGION: _aws_region,
}
