"""What the words in a cell mean: placeholders, booleans and enumerations.

The tables are in ``data/values.json``. They began as the value tables of the field
notes (``kb_addenda.json``); German, French and Spanish words and the class names of
ServiceNow were added from those products' own labels.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from discovery_app.knowledge.header_units import unaccented

LONGEST_VALUE: Final = 10_000
"""Characters of a cell that are taken in; chosen, not measured."""

_BRACKETS: Final = "[](){}\"' \t\r\n"
_LIST_MARKS: Final = re.compile(r"[,;|\r\n]+")


@cache
def _tables() -> Mapping[str, Any]:
    path = files("discovery_app.knowledge").joinpath("data/values.json")
    return json.loads(path.read_text(encoding="utf-8"))


def squash(text: str) -> str:
    """Return ``text`` without case, accents, spaces and marks, to compare words by."""
    folded = unaccented(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


@cache
def placeholders(field: str | None = None) -> frozenset[str]:
    """Return the words that stand for "no value" in ``field``, lower-cased.

    Some words are a value in one field and none in the next: a machine may be
    called ``xxx`` and an environment may be stated as unknown.
    """
    words = frozenset(_tables()["placeholders"])
    if field is None:
        return words
    return words - frozenset(_tables()["text_placeholders_allowed"].get(field, ()))


@cache
def identity_placeholders(field: str = "") -> frozenset[str]:
    """Return values of serial, UUID and host name columns that identify nothing.

    An external id may be any word of the source, ``0`` too.
    """
    if field == "external_id":
        return placeholders()
    return frozenset(_tables()["identity_placeholders"]) | placeholders()


@cache
def _words(field: str) -> Mapping[str, str]:
    table = _tables()["enumerations"].get(field, {})
    known = {squash(word): name for name, words in table.items() for word in words}
    return known | {squash(name): name for name in table}


def enumeration(field: str, text: str) -> str | None:
    """Return the schema's word for ``text``, or ``None`` if the table has none."""
    return _words(field).get(squash(text))


def enumeration_choices(field: str) -> tuple[str, ...]:
    """Return the words that ``field`` may hold, in the schema's order."""
    return tuple(_tables()["enumerations"].get(field, ()))


@cache
def _truths(field: str) -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    for table in ("boolean", field):
        for truth, words in _tables().get(table, {}).items():
            found |= {squash(word): truth == "true" for word in words}
    return found


def boolean(text: str, field: str = "") -> bool | None:
    """Return what ``text`` says in a yes/no ``field``, or ``None`` if it is unclear."""
    return _truths(field).get(squash(text))


def split_list(text: str) -> tuple[str, ...]:
    """Return the values of one cell: ``[a,b];`` and ``a; b`` both hold two.

    Order is kept and repeats are dropped.
    """
    parts = (part.strip(_BRACKETS) for part in _LIST_MARKS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def tag_map(text: str) -> dict[str, str]:
    """Return the tags of one cell: ``k=v;k2=v2``, ``k:v``, JSON, or bare words.

    A bare word is a key with an empty value.
    """
    if text.lstrip().startswith(("{", "[{")):
        loaded = _json_object(text)
        if loaded is not None:
            return loaded
    tags: dict[str, str] = {}
    for part in split_list(text):
        mark = min((part.find(m) for m in "=:" if m in part), default=len(part))
        name, value = part[:mark].strip(_BRACKETS), part[mark + 1 :].strip(_BRACKETS)
        tags.setdefault(name or part, value)
    return tags


def _key_values(items: list[Any]) -> dict[str, Any] | None:
    """Return tags as AWS writes them, ``[{"Key": "env", "Value": "prod"}]``."""
    found: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, dict):
            return None
        parts = {str(name).casefold(): value for name, value in item.items()}
        if not isinstance(parts.get("key"), str):
            return None
        found[parts["key"]] = parts.get("value", "")
    return found


def _json_object(text: str) -> dict[str, str] | None:
    try:
        loaded = json.loads(text)
    except ValueError:
        return None
    if isinstance(loaded, list):
        loaded = _key_values(loaded)
    if not isinstance(loaded, dict):
        return None
    return {
        str(key): value if isinstance(value, str) else json.dumps(value)
        for key, value in loaded.items()
    }
