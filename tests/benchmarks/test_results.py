import json

import pytest

from benchmarks import results
from benchmarks.results import Part, Row, show

ORDER = ["first", "second"]
FACTS = [("Cores", "2")]


@pytest.fixture(autouse=True)
def own_files(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "LATEST", tmp_path / "latest.json")
    monkeypatch.setattr(results, "README", tmp_path / "README.md")


def part(name, value=2.0):
    row = Row(name, value, "1/s", 1.0, value, "≥ 1", True)
    return Part(f"What {name} compares.", "2026-11-23 04:00 UTC", (0.5, 1.0), [row])


def names():
    return [row["name"] for row in json.loads(results.LATEST.read_text())]


def test_says_what_each_part_compares_on_which_machine():
    show({"first": part("commits")}, FACTS, ORDER)

    text = results.README.read_text()
    assert "- Cores: 2" in text
    assert "What commits compares." in text
    assert "load average 0.5 before, 1.0 after" in text
    assert "| commits | 2.000 | 1/s | 1.000 | 2.00 | ≥ 1 | yes |" in text


def test_a_part_that_is_measured_alone_leaves_the_others_as_they_were():
    show({"first": part("commits"), "second": part("starts")}, FACTS, ORDER)

    show({"first": part("commits, anew", 3.0)}, FACTS, ORDER)

    text = results.README.read_text()
    assert text.index("## first") < text.index("## second")
    assert "| starts | 2.000" in text
    assert sorted(names()) == ["commits, anew", "starts"]


def test_a_part_that_is_gone_leaves_nothing():
    show({"first": part("commits"), "second": part("starts")}, FACTS, ORDER)

    show({"second": part("starts")}, FACTS, ["second"])

    assert "commits" not in results.README.read_text()
    assert names() == ["starts"]
