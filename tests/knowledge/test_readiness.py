"""The weights of readiness are those of the field notes."""

from collections import Counter

import pytest

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.readiness import ATTRIBUTES, readiness_level


def test_the_weights_add_up_by_group() -> None:
    sums: Counter[str] = Counter()
    for attribute in ATTRIBUTES:
        sums[attribute.group] += attribute.weight

    assert len(ATTRIBUTES) == 22
    assert {group: round(weight, 2) for group, weight in sums.items()} == {
        "Infrastructure": 0.25,
        "Application": 0.45,
        "Business": 0.20,
        "Technical debt": 0.10,
    }


def test_every_part_is_a_field_or_a_known_word() -> None:
    named = {f for a in ATTRIBUTES for part in a.parts for f in part}

    assert named - set(ASSET_FIELDS) == {"edges", "findings"}


@pytest.mark.parametrize(
    ("percent", "level"),
    [
        (85.0, "production"),
        (84.9, "preliminary"),
        (70.0, "preliminary"),
        (69.9, "needs_data"),
        (50.0, "needs_data"),
        (49.9, "not_ready"),
    ],
)
def test_levels_begin_at_their_bounds(percent: float, level: str) -> None:
    assert readiness_level(percent) == level
