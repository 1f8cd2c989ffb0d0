"""Numbers and times read the same everywhere."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from discovery_app.domain import words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0.0 s"),
        (6.14, "6.1 s"),
        (9.99, "10 s"),
        (42, "42 s"),
        (59.7, "1 min"),
        (96, "1 min 36 s"),
        (120, "2 min"),
        (7_800, "2 h 10 min"),
        (90_000, "1 d 1 h"),
        (-3, "0.0 s"),
    ],
)
def test_durations_have_units(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=3, hours=5), "3 d ago"),
        (timedelta(seconds=-5), "0 s ago"),
    ],
)
def test_times_are_relative_in_one_unit(passed: timedelta, said: str) -> None:
    assert words.ago(NOON - passed, NOON) == said


def test_exact_times_are_in_utc() -> None:
    berlin = datetime(2026, 11, 22, 1, 2, 3, tzinfo=timezone(timedelta(hours=1)))

    assert words.exact(berlin) == "22 Nov 2026 00:02:03 UTC"


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (999_999, "1.0 MB"),
        (6_200_000, "6.2 MB"),
    ],
)
def test_file_sizes_are_decimal(size_bytes: int, said: str) -> None:
    assert words.file_size(size_bytes) == said


@pytest.mark.parametrize(
    ("fraction", "said"),
    [(0.0, "0 %"), (0.29, "29 %"), (0.999, "99 %"), (1.0, "100 %")],
)
def test_only_the_whole_is_100_percent(fraction: float, said: str) -> None:
    assert words.percent(fraction) == said


def test_counts_agree_with_their_nouns() -> None:
    assert words.counted(1, "workflow") == "1 workflow"
    assert words.counted(1_204, "workflow") == "1,204 workflows"
    assert words.counted(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Okafor", "MO"), ("maya", "M"), ("Ana de la Cruz", "AC"), ("", "")],
)
def test_initials_are_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert words.initials(name) == letters
