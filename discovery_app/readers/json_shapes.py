"""Where the records of a JSON document are: the shapes that tools put them in."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

Json = Any
Record = Mapping[str, Json]

_DEEPEST_LIST: Final = 4
"""Objects inside which a list of records is looked for; chosen."""

_KEY_NAMES: Final = ("name", "key", "@key")
"""What the key of a record is called: the first that the records do not have."""


def lists_of(value: Record) -> dict[str, Iterable[Json]]:
    """Return the lists of objects in an object, as ``{"value": [{…}]}`` has one.

    Objects that are kept under their names, ``{"web01": {…}, "db01": {…}}``, are a
    list too, in which each has its name.
    """
    return dict(_lists(value, "", 0)) or _named_records(value)


def named_rows(values: Iterable[Json]) -> Iterator[Json]:
    """Yield objects for rows of plain values below a row of names; else ``values``."""
    rest = iter(values)
    first = next(rest, None)
    if first is None:
        return
    if not _is_header(first):
        yield from chain([first], rest)
        return
    for row in rest:
        fits = isinstance(row, list) and len(row) <= len(first)
        yield dict(zip(first, row, strict=False)) if fits else row


def _lists(
    value: Record, before: str, depth: int
) -> Iterator[tuple[str, Iterable[Json]]]:
    for name, part in value.items():
        if _is_list_of_records(part):
            yield f"{before}{name}", part
        elif isinstance(part, dict) and depth < _DEEPEST_LIST:
            yield from _lists(part, f"{before}{name}.", depth + 1)


def _is_list_of_records(part: Json) -> bool:
    return (
        isinstance(part, list)
        and bool(part)
        and all(isinstance(one, dict) for one in part)
    )


def _named_records(value: Record) -> dict[str, Iterable[Json]]:
    records = list(value.values())
    if len(records) < 2 or not all(isinstance(one, dict) for one in records):
        return {}
    fields = [set(one) for one in records]
    # The parts of one record, such as "network" and "disks", have little in common.
    if any(2 * len(fields[0] & own) < len(fields[0] | own) for own in fields[1:]):
        return {}
    taken = set().union(*fields)
    called = next(name for name in _KEY_NAMES if name not in taken or name == "@key")
    return {"": [{called: key, **one} for key, one in value.items()]}


def _is_header(value: Json) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(name, str) and name.strip() for name in value)
        and len(set(value)) == len(value)
    )
