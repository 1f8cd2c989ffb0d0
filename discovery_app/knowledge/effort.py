"""How much work a treatment is, roughly: none, low, medium or high.

No source gives hours that hold for a client's estate, so this gives bands: points by
treatment, more for what is large, critical or near its end. The points are chosen, not
measured; their order is AWS Prescriptive Guidance's (retire and relocate are least
work, refactoring most).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Effort(StrEnum):
    """How much work it is."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"


POINTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "out_of_scope": 0,
        "retain": 0,
        "retire": 1,
        "relocate": 1,
        "rehost": 2,
        "replatform": 3,
        "repurchase": 3,
        "rebuild": 4,
        "refactor": 5,
    }
)
"""By treatment; the reviews and ``insufficient_data`` are questions and have none."""

LARGE_GB: Final = 1_024.0
"""From here on copying takes days over a usual line; chosen."""

_MEDIUM_FROM: Final = 3
_HIGH_FROM: Final = 5


@dataclass(frozen=True)
class EffortEstimate:
    """A band, and what it stands on in one sentence."""

    effort: Effort
    reason: str


def effort_of(
    treatment: str, storage_gb: float | None, criticality: str | None
) -> EffortEstimate:
    """Return how much work ``treatment`` is for an asset.

    Args:
        treatment: What holds: the person's word, else the rules'.
        storage_gb: Provisioned; ``None`` adds nothing and is said.
        criticality: As the schema has it.
    """
    points = POINTS.get(treatment)
    if points is None:
        return EffortEstimate(
            Effort.UNKNOWN, "The treatment is still a question, so is its effort."
        )
    if not points:
        return EffortEstimate(Effort.NONE, "Nothing is moved.")
    stands_on = [f"{treatment} counts {points}"]
    if storage_gb is None:
        stands_on.append("its storage is not known")
    elif storage_gb >= LARGE_GB:
        points += 1
        stands_on.append(f"{storage_gb:,.0f} GB add 1")
    if criticality == "critical":
        points += 1
        stands_on.append("being critical adds 1")
    told = ", ".join(stands_on)
    return EffortEstimate(_band(points), f"{told[:1].upper()}{told[1:]}.")


def _band(points: int) -> Effort:
    if points >= _HIGH_FROM:
        return Effort.HIGH
    return Effort.MEDIUM if points >= _MEDIUM_FROM else Effort.LOW
