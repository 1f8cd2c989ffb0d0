"""A CSV of a million rows through all phases; it has to pass (design, section 9)."""

from benchmarks.imports import measured
from benchmarks.results import Row

ROWS = 1_000_000


def measure() -> list[Row]:
    """Return seconds of all phases and of each, and the peak memory."""
    return measured(ROWS, None)
