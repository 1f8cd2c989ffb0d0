from datetime import UTC, date, datetime

import pytest

from discovery_app.domain.value_words import (
    day_words,
    range_words,
    slug_words,
    value_words,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (0, "0"),
        (False, "No"),
        (16384, "16,384"),
        (1024.0, "1,024"),
        (5.04, "5"),
        (5.26, "5.3"),
        (date(2027, 1, 2), "2 Jan 2027"),
        (datetime(2026, 11, 22, 8, tzinfo=UTC), "22 Nov 2026 08:00:00 UTC"),
        (["10.0.0.1", "10.0.0.2"], "10.0.0.1, 10.0.0.2"),
        ({"tier": "gold", "count": 2}, "tier: gold, count: 2"),
        ("virtual_machine", "virtual_machine"),
    ],
)
def test_writes_a_value_for_people(value: object, words: str):
    assert value_words(value) == words


def test_writes_the_schemas_own_words_as_people_say_them():
    assert value_words("virtual_machine", is_word=True) == "Virtual machine"
    assert slug_words("dr") == "Disaster recovery"
    assert slug_words("(none)") == "None"


def test_says_which_rows_are_shown():
    assert range_words(50, 35, 1085) == "51–85 of 1,085"
    assert range_words(0, 0, 0) == "0 of 0"


def test_says_nothing_for_no_day():
    assert day_words(None) == ""
