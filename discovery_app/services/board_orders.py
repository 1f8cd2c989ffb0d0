"""Which workflows a page of the board shows: their ids, found without the rest.

Part of ``services.board``. A page is found by the row at its edge (keyset), so that
the last page costs what the first one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from discovery_app.domain.board import (
    BOARD_STATUSES,
    NEEDS_PERSON,
    BoardCursor,
    BoardFilter,
    BoardSort,
)
from discovery_app.errors import InvalidInputError
from discovery_app.services.board_tables import (
    CLIENTS,
    ENGAGEMENTS,
    JOINED,
    LEASES,
    STATES,
    UPLOADS,
    conditions,
    is_shown,
)

Keys = Sequence[sa.ColumnElement[Any]]
"""What the list is sorted by; the last one is the id."""


@dataclass(frozen=True)
class Edge:
    """From where a page is read, and in which direction.

    Attributes:
        key: The sorted values of the known row as text, its id last; empty at the
            start of the list.
        descending: Whether rows are read from the end of the order.
        limit: How many at most.
    """

    key: tuple[str, ...]
    descending: bool
    limit: int


def edge_of(
    cursor: BoardCursor | None, sort: BoardSort, *, descending: bool, limit: int
) -> Edge:
    """Return from where the page of ``cursor`` is read.

    Raises:
        InvalidInputError: The cursor belongs to another order.
    """
    if cursor is None:
        return Edge((), descending, limit)
    length = 2 if sort is BoardSort.ATTENTION else len(_SORTS[sort])
    if cursor.sort != order_word(sort, descending) or len(cursor.key) != length:
        raise InvalidInputError(
            "This link to another page is of another order; start the list again."
        )
    key = (*cursor.key, str(cursor.row_id))
    return Edge(key, descending != cursor.backwards, limit)


def order_word(sort: BoardSort, descending: bool) -> str:
    """Return the word for an order that a cursor remembers."""
    return f"{'-' if descending else ''}{sort}"


def pick(
    chosen: BoardFilter, sort: BoardSort, edge: Edge
) -> sa.Select[*tuple[Any, ...]]:
    """Return the question for the ids of a page and ``key_0``…, in the read order."""
    if sort is BoardSort.ATTENTION:
        return _by_attention(chosen, edge)
    keys = (*_SORTS[sort], STATES.c.id)
    where = conditions(chosen)
    if edge.key:
        row, seen = sa.tuple_(*keys), sa.tuple_(*_typed(keys, edge.key))
        where.append(row < seen if edge.descending else row > seen)
    return (
        sa.select(STATES.c.id, *_as_text(keys))
        .select_from(JOINED)
        .where(*where)
        .order_by(*(key.desc() if edge.descending else key for key in keys))
        .limit(edge.limit)
    )


def _by_attention(chosen: BoardFilter, edge: Edge) -> sa.Select[*tuple[Any, ...]]:
    """Return the most urgent ones: some of each status, by its index, then the best.

    What needs a person stands oldest first, the rest newest first.
    """
    where = conditions(chosen)
    parts = [
        _of_status(word, rank, where, edge)
        for word, rank in _RANKS.items()
        if not chosen.statuses or word in chosen.statuses
        if not edge.key or _is_ahead(rank, int(edge.key[0]), edge.descending)
    ]
    if not parts:
        return sa.select(STATES.c.id, *_as_text((STATES.c.id,))).where(sa.false())
    found = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    keys = (found.c.rank, found.c.updated_at, found.c.id)
    order = (found.c.rank, found.c.seconds, found.c.id)
    return (
        sa.select(found.c.id, *_as_text(keys))
        .order_by(*(key.desc() if edge.descending else key for key in order))
        .limit(edge.limit)
    )


def _of_status(
    word: str, rank: int, chosen: Sequence[sa.ColumnElement[bool]], edge: Edge
) -> sa.Select[*tuple[Any, ...]]:
    oldest_first = word in NEEDS_PERSON
    seconds = sa.cast(sa.extract("epoch", STATES.c.updated_at), sa.Numeric)
    later = oldest_first != edge.descending
    where = [is_shown(word), *chosen]
    if edge.key and int(edge.key[0]) == rank:
        where += _beyond_in_status(edge, later)
    at, row_id = STATES.c.updated_at, STATES.c.id
    return (
        sa.select(
            row_id,
            at,
            sa.literal_column(str(rank), sa.Integer).label("rank"),
            (seconds if oldest_first else -seconds).label("seconds"),
        )
        .where(*where)
        .order_by(
            at if later else at.desc(), row_id.desc() if edge.descending else row_id
        )
        .limit(edge.limit)
    )


def _beyond_in_status(edge: Edge, later: bool) -> list[sa.ColumnElement[bool]]:
    """Return that a row comes after the known one; the first part can use the index."""
    at, row_id = STATES.c.updated_at, STATES.c.id
    seen_at, seen_id = _typed((at, row_id), edge.key[1:])
    beyond_id = row_id < seen_id if edge.descending else row_id > seen_id
    if later:
        return [at >= seen_at, sa.or_(at > seen_at, beyond_id)]
    return [at <= seen_at, sa.or_(at < seen_at, beyond_id)]


def _is_ahead(rank: int, seen: int, descending: bool) -> bool:
    return rank <= seen if descending else rank >= seen


def _as_text(keys: Keys) -> list[sa.ColumnElement[str]]:
    return [sa.cast(key, sa.Text).label(f"key_{at}") for at, key in enumerate(keys)]


def _typed(keys: Keys, values: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Return ``values`` as the types of ``keys``."""
    return [
        sa.cast(sa.literal(value, sa.Text), key.type)
        for key, value in zip(keys, values, strict=True)
    ]


def cursor_of(
    row: sa.RowMapping, order: str, position: int, *, backwards: bool = False
) -> str:
    """Return the cursor of ``row``, a row that ``pick`` found at ``position``."""
    names = [name for name in row if str(name).startswith("key_")]
    key = tuple(str(row[name]) for name in names[:-1])
    row_id: UUID = row["id"]
    return BoardCursor(order, key, row_id, backwards, position).encode()


def _lower(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    return sa.func.lower(column, type_=sa.Text)


_RANKS: Final = {
    # What has ended stands in one order of time, however it ended.
    word: BOARD_STATUSES.index("completed" if word == "cancelled" else word)
    for word in BOARD_STATUSES
}

_SORTS: Final[Mapping[BoardSort, Keys]] = {
    BoardSort.CLIENT: (_lower(CLIENTS.c.name), _lower(ENGAGEMENTS.c.name)),
    BoardSort.FILE: (_lower(UPLOADS.c.title),),
    BoardSort.PROGRESS: (STATES.c.progress_percentage,),
    BoardSort.STARTED: (STATES.c.created_at,),
    BoardSort.ATTEMPTS: (LEASES.c.attempt,),
    BoardSort.OWNER: (_lower(STATES.c.started_by),),
}
