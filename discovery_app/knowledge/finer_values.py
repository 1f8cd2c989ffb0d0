"""Which of two texts about the same thing says more: ``windows`` or its edition.

A tool that knows two words for an operating system must not take away what another
tool told exactly (decision 10). Coarser means: nothing in the new text that the old
one lacks, or only the bare name of the family that the old one belongs to.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GRADED_FIELDS: Final = (
    "operating_system",
    "os_version",
    "database_engine",
    "database_version",
    "hypervisor",
    "model",
    "cluster",
    "location",
)
"""Text fields that sources tell more or less exactly. Names, people and free text are
none: a shorter name is another name."""

_VERSIONS: Final = frozenset({"os_version", "database_version"})

_FAMILIES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "windows": re.compile(
            r"windows|\bwin(?:dows)?[ _-]?(?:20|xp|1[01]|[78])", re.I
        ),
        "linux": re.compile(
            r"linux|red ?hat|\brhel|centos|ubuntu|debian|\bsuse|\bsles|opensuse|fedora"
            r"|\brocky|\balma|photon os",
            re.I,
        ),
    }
)
"""The families that tools name instead of a system, and whom they mean by it."""

_BARE: Final = frozenset(
    {"windows", "linux", "microsoft", "gnu", "server", "other", "or", "later"}
    | {"os", "bit", "32", "64", "x86", "x64", "generic", "unknown", "family"}
)
"""Words that say no more than a family and its word size."""

_WORD: Final = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")


def os_family(text: str) -> str:
    """Return ``windows``, ``linux`` or, where ``text`` is neither, ``""``."""
    return next((name for name, form in _FAMILIES.items() if form.search(text)), "")


def is_coarser(field: str, new: str, old: str) -> bool:
    """Return whether ``new`` says less about the same thing than ``old``."""
    if field in _VERSIONS:
        return _is_version_of(new, old)
    new_words, old_words = _words(new), _words(old)
    if not new_words or new_words == old_words:
        # The same words in other letters or marks are no news.
        return bool(new_words) and new != old
    if set(new_words) < set(old_words):
        return True
    return field == "operating_system" and _is_bare(new_words, new, old_words, old)


def _is_bare(
    new_words: tuple[str, ...], new: str, old_words: tuple[str, ...], old: str
) -> bool:
    family = os_family(new)
    same = bool(family) and family == os_family(old)
    return same and set(new_words) <= _BARE and not set(old_words) <= _BARE


def _is_version_of(new: str, old: str) -> bool:
    """Return whether ``new`` is the beginning of the number ``old``."""
    short, whole = new.strip().split("."), old.strip().split(".")
    return len(short) < len(whole) and whole[: len(short)] == short


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))
