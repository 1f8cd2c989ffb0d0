"""Which row of a table holds the headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Final

from discovery_app.knowledge.headers import HEADER_WORDS, header_words

HEAD_ROWS: Final = 60
"""How many rows are looked at: title blocks of real reports take up to 20."""

_CANDIDATES: Final = 40
_FILL_SHARE: Final = 0.6
_NAME_SHARE: Final = 0.75
_KNOWN_SHARE: Final = 0.5
_LONGEST_HEADER: Final = 120
# The shares are chosen; tests hold them against the sample files.

_VALUE: Final = re.compile(
    r"""^(
        [-+]?[\d.,\s]*\d\s?%?                      # a number
      | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?   # a date
      | \d{1,2}:\d{2}(:\d{2})?.*                   # a time
      | \[?\d{1,3}(\.\d{1,3}){3}\b.*               # an IP address
      | ([0-9a-f]{2}[:-]){5}[0-9a-f]{2}            # a MAC address
      | [0-9a-f]{8}-[0-9a-f-]{27}                  # a UUID
      | true|false|yes|no|ja|nein|n/a|null|none|-+
      | \S+@\S+\.\S+                               # an email address
      | https?://.*
    )$""",
    re.VERBOSE | re.IGNORECASE,
)

_PLAIN_NUMBER: Final = re.compile(r"^[-+]?[\d.,\s]*\d\s?%?$")


@dataclass(frozen=True)
class HeaderGuess:
    """Where the headers are.

    Attributes:
        position: Which of the given rows it is, from 0; ``None`` if there is no row
            with a value.
        sure: Whether the row reads like headers rather than like values.
    """

    position: int | None
    sure: bool


def find_header(rows: Sequence[Sequence[str | None]]) -> HeaderGuess:
    """Return which of a table's first rows holds its headers.

    The first row that is about as wide as the rows after it and whose cells are
    names, not values. If a row just below knows far more words that headers are made
    of, that one, because title rows can be wide too.

    Args:
        rows: The first rows of the sheet, in order, title rows and blanks included.
    """
    head = [[(cell or "").strip() for cell in row] for row in rows[:HEAD_ROWS]]
    filled = [sum(1 for cell in row if cell) for row in head]
    if not any(filled):
        return HeaderGuess(None, sure=False)
    candidates = [
        position
        for position in range(min(len(head), _CANDIDATES))
        if _is_candidate(head, filled, position)
    ]
    if not candidates:
        return HeaderGuess(_widest(filled), sure=False)
    return HeaderGuess(_best(head, candidates), sure=True)


def known_share(cells: Sequence[str]) -> float:
    """Return which share of the filled cells has a word that headers are made of."""
    names = [cell for cell in cells if cell.strip()]
    known = sum(1 for cell in names if not HEADER_WORDS.isdisjoint(header_words(cell)))
    return known / len(names) if names else 0.0


def _is_candidate(head: list[list[str]], filled: list[int], position: int) -> bool:
    count = filled[position]
    if not count:
        return False
    after = [n for n in filled[position + 1 : position + 21] if n]
    # The median of what follows; where nothing follows, the widest row before.
    width = median(after) if after else max(filled[: position + 1])
    if count < max(1.0, _FILL_SHARE * width):
        return False
    cells = [cell for cell in head[position] if cell]
    names = sum(1 for cell in cells if is_name(cell))
    distinct = len({cell.casefold() for cell in cells})
    if names >= 0.5 * len(cells) and known_share(cells) > _KNOWN_SHARE:
        return True
    # Tools repeat a few headers; a row of values repeats many.
    return names >= _NAME_SHARE * len(cells) and distinct >= 0.7 * len(cells)


def is_name(cell: str) -> bool:
    """Return whether a cell may be a header: short, and no number, date or address."""
    return len(cell) <= _LONGEST_HEADER and not _VALUE.match(cell)


def reads_like_rows(rows: Sequence[Sequence[str | None]], position: int) -> bool:
    """Return whether a row holds the same kinds of values as the rows after it.

    An address above addresses is no header; nor are numbers above numbers, if there
    are several such columns.
    """
    cells = [(cell or "").strip() for cell in rows[position]]
    after = [row for row in rows[position + 1 : position + 21] if any(row)]
    score = 0
    for place, cell in enumerate(cells):
        below = [text for row in after if (text := (row[place] or "").strip())]
        like = sum(1 for text in below if not is_name(text))
        if cell and not is_name(cell) and below and like >= _NAME_SHARE * len(below):
            score += 1 if _PLAIN_NUMBER.match(cell) else 2
    return score > 1


def _best(head: list[list[str]], candidates: list[int]) -> int:
    first = candidates[0]
    known = known_share(head[first])
    if known >= _KNOWN_SHARE:
        return first
    for position in islice(candidates, 1, None):
        share = known_share(head[position])
        if share >= _KNOWN_SHARE and share > 2 * known:
            return position
    return first


def _widest(filled: list[int]) -> int:
    """Return the first row that is as wide as most, where no row reads like names."""
    usual = median([n for n in filled if n])
    return next(position for position, n in enumerate(filled) if n >= usual)
