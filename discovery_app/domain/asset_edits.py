"""What people may set on many assets at once."""

from dataclasses import dataclass
from typing import Final

EDITABLE: Final = (
    "environment",
    "business_criticality",
    "data_classification",
    "application_name",
    "business_owner",
    "technical_owner",
    "business_unit",
    "location",
    "wave",
)
"""What consultants know and exports seldom say; measurements and identity are not
among them."""

LONGEST_VALUE: Final = 300
PERSON: Final = "person"
"""The source of a value that a person set, before their name."""


@dataclass(frozen=True)
class EditPreview:
    """What setting a field would do.

    Attributes:
        chosen: Assets that the filters leave.
        changed: Those among them that say something else now.
        replaced: Those among the changed that have a value, which is replaced.
    """

    chosen: int
    changed: int
    replaced: int
