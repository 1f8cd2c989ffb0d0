"""Every column of the templates that people download is known for sure."""

import csv

import pytest

from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.mapping import ColumnProfile, Outcome
from discovery_app.knowledge.sources import judge_tables
from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "assets" / "templates").glob("*.csv"))


def headers_of(path) -> list[str]:
    """Return the headers of a template."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_there_are_templates():
    assert len(TEMPLATES) == 4


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_maps_every_column_without_a_question(path):
    headers = headers_of(path)
    (guess,) = judge_tables([(path.stem, headers)])
    columns = [
        ColumnProfile(
            table=0,
            position=position,
            file=path.name,
            sheet="",
            role=guess.role.value,
            header=header,
            filled=0.0,
            distinct=0,
            samples=(),
            kind="empty",
        )
        for position, header in enumerate(headers)
    ]

    found = RulesAssistant().map_columns("unknown", columns, ())

    assert guess.role in ("assets", "connections")
    unsure = {
        column.header: suggestion.outcome
        for column, suggestion in zip(columns, found, strict=True)
        if suggestion.outcome is not Outcome.CONFIDENT
    }
    assert unsure == {}
