import pytest

from benchmarks.accuracy import wrong_examples
from benchmarks.accuracy_figures import accuracy
from benchmarks.labelled_headers import Judged, Labelled, judged_headers


@pytest.fixture(scope="module")
def judged():
    return judged_headers()


def test_nothing_is_wrong_at_confident_on_the_labelled_headers(judged):
    wrong = [
        (j.source, j.labelled.header, j.target)
        for j in judged
        if j.is_confident and not j.is_right
    ]
    assert wrong == []


def test_the_labelled_set_holds_enough_headers_that_the_schema_lacks(judged):
    new = {j.labelled.header.casefold() for j in judged if j.labelled.is_new}
    assert len(new) >= 150


def test_recall_and_review_rate_do_not_fall_behind(judged):
    found = accuracy("all", judged)
    assert found.recall >= 0.75
    assert found.review_rate <= 0.15


def test_every_example_of_an_operating_system_is_judged_rightly():
    judged, wrong = wrong_examples()
    if not judged:
        pytest.skip("The examples are not beside the project.")
    assert wrong == []


def test_counts_a_wrong_confident_header_as_wrong():
    label = Labelled("RAM %", ("mem_util_avg_pct",), ("45",))
    found = accuracy("one", [Judged("x", 1, label, "confident", "memory_mb", (), "")])
    assert (found.wrong, found.precision, found.recall) == (1, 0.0, 0.0)
