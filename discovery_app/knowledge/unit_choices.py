"""Which units a person may choose for the numbers of a column."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from discovery_app.knowledge.fields import field_of_target
from discovery_app.knowledge.header_units import DIMENSIONS as UNIT_KINDS
from discovery_app.knowledge.header_units import split_header
from discovery_app.knowledge.units import DIMENSIONS, Dimension

_SIZES: Final = ("B", "KB", "MB", "GB", "TB")
_CHOICES: Final[Mapping[Dimension, tuple[str, ...]]] = MappingProxyType(
    {
        Dimension.MEMORY: _SIZES,
        Dimension.STORAGE: _SIZES,
        Dimension.RATE: ("B/s", "KB/s", "MB/s", "GB/s", "Kbit/s", "Mbit/s", "Gbit/s"),
        Dimension.PERCENT: ("percent", "fraction"),
        Dimension.HOURS: ("minutes", "hours", "days"),
        Dimension.MINUTES: ("seconds", "minutes", "hours", "days"),
        Dimension.MONEY: ("per month", "per year"),
    }
)
_OF_CORES: Final = ("cores", "sockets")
"""A column of processors counts cores, or sockets to be multiplied by their cores."""


def units_of(target: str | None) -> tuple[str, ...]:
    """Return the units that a column mapped to ``target`` may have; none for most."""
    if target == "cpu_cores":
        return _OF_CORES
    dimension = DIMENSIONS.get(target or "")
    return _CHOICES.get(dimension, ()) if dimension else ()


def unit_fits(target: str, unit: str) -> bool:
    """Return whether a unit of ``header_units`` measures what ``target`` holds."""
    field = field_of_target(target)
    own = field.unit if field else None
    return own is not None and UNIT_KINDS.get(own) == UNIT_KINDS[unit]


def header_unit(header: str, target: str | None) -> str | None:
    """Return the unit that a header names, if ``target`` can take it."""
    unit = split_header(header).unit
    return unit if unit and target and unit_fits(target, unit) else None


def same_unit(unit: str) -> str:
    """Return the choice that ``unit`` is: sizes are binary, whatever they are called.

    ``MiB`` is offered as ``MB`` (``quantities``).
    """
    return unit.replace("iB", "B")
