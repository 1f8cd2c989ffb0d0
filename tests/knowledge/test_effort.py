import pytest

from discovery_app.knowledge.effort import POINTS, Effort, effort_of
from discovery_app.knowledge.treatments import Treatment


@pytest.mark.parametrize(
    ("treatment", "storage", "criticality", "effort"),
    [
        ("retain", 9_000.0, "critical", Effort.NONE),
        ("out_of_scope", None, None, Effort.NONE),
        ("retire", 100.0, "low", Effort.LOW),
        ("rehost", 100.0, None, Effort.LOW),
        ("rehost", 1_023.9, None, Effort.LOW),
        ("rehost", 1_024.0, None, Effort.MEDIUM),
        ("rehost", None, "critical", Effort.MEDIUM),
        ("replatform", 100.0, "high", Effort.MEDIUM),
        ("replatform", 2_000.0, "critical", Effort.HIGH),
        ("refactor", None, None, Effort.HIGH),
        ("review_for_retirement", 1.0, None, Effort.UNKNOWN),
        ("insufficient_data", 1.0, None, Effort.UNKNOWN),
    ],
)
def test_effort_follows_treatment_size_and_criticality(
    treatment, storage, criticality, effort
):
    assert effort_of(treatment, storage, criticality).effort is effort


def test_it_says_what_it_stands_on():
    told = effort_of("replatform", 2_048.0, "critical").reason
    assert told == "Replatform counts 3, 2,048 GB add 1, being critical adds 1."
    assert "not known" in effort_of("rehost", None, None).reason


def test_every_treatment_has_points_or_is_a_question():
    questions = {"insufficient_data", "review_for_retirement", "review_for_refactoring"}
    assert set(map(str, Treatment)) == set(POINTS) | questions
