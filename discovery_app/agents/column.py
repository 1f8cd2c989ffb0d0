"""A column with all that the mapping rules look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discovery_app.domain.mapping import ColumnProfile
from discovery_app.knowledge.fields import field_of_target
from discovery_app.knowledge.header_units import DIMENSIONS, HeaderParts
from discovery_app.knowledge.source_headers import CLOSED_SOURCES


@dataclass(frozen=True)
class Column:
    """A column with all that its rules look at.

    Attributes:
        table: All columns of its table.
        remembered: The target by normalised header, as this client confirmed it.
    """

    source: str
    profile: ColumnProfile
    table: Sequence[ColumnProfile]
    remembered: Mapping[str, str | None]
    normal: str
    parts: HeaderParts

    @property
    def is_connection(self) -> bool:
        """Whether its table holds connections."""
        return self.profile.role == "connections"

    @property
    def is_closed(self) -> bool:
        """Whether a tool fixes its headers, so that none is guessed at."""
        return self.source in CLOSED_SOURCES and not self.is_connection

    def unit_for(self, target: str) -> str | None:
        """Return the header's unit if ``target`` can take it."""
        unit = self.parts.unit
        return unit if unit and unit_fits(target, unit) else None


def unit_fits(target: str, unit: str) -> bool:
    """Return whether ``unit`` measures what ``target`` holds."""
    field = field_of_target(target)
    own = field.unit if field else None
    return own is not None and DIMENSIONS.get(own) == DIMENSIONS[unit]
