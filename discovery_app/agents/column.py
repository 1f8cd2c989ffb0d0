"""A column with all that the mapping rules look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from discovery_app.domain.mapping import ColumnProfile, RememberedMapping
from discovery_app.knowledge.fields import field_of_target
from discovery_app.knowledge.header_units import HeaderParts, split_header
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.source_headers import CLOSED_SOURCES
from discovery_app.knowledge.unit_choices import unit_fits


@dataclass(frozen=True)
class Column:
    """A column with all that its rules look at.

    Attributes:
        table: All columns of its table.
        remembered: By normalised header, what this client confirmed.
    """

    source: str
    profile: ColumnProfile
    table: Sequence[ColumnProfile]
    remembered: Mapping[str, RememberedMapping]
    normal: str
    parts: HeaderParts

    @classmethod
    def of(
        cls,
        source: str,
        profile: ColumnProfile,
        table: Sequence[ColumnProfile],
        remembered: Mapping[str, RememberedMapping],
    ) -> "Column":
        """Return a column of ``table`` under its own header."""
        header = profile.header
        normal, parts = normalise_header(header), split_header(header)
        return cls(source, profile, table, remembered, normal, parts)

    def called(self, header: str) -> "Column":
        """Return the column as if its header were ``header``."""
        return replace(
            self, normal=normalise_header(header), parts=split_header(header)
        )

    @property
    def is_connection(self) -> bool:
        """Whether its table holds connections."""
        return self.profile.role == "connections"

    @property
    def is_closed(self) -> bool:
        """Whether a tool fixes its headers, so that none is guessed at."""
        return self.source in CLOSED_SOURCES and not self.is_connection

    def unit_for(self, target: str) -> str | None:
        """Return the header's unit if ``target`` can take it.

        A header that is the field's own name has the field's: ``net_in_mbps`` is in
        MB/s, whatever ``mbps`` is elsewhere.
        """
        field = field_of_target(target)
        if field and self.normal == normalise_header(field.name):
            return field.unit
        unit = self.parts.unit
        return unit if unit and unit_fits(target, unit) else None
