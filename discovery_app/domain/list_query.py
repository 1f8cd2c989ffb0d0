"""What the address of a list says: filters, order and page, so that a link shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

LONGEST_WORD: Final = 500


@dataclass(frozen=True)
class ListQuery:
    """The words of an address; what is empty, or as by default, is left out of it.

    Subclasses add text fields of their own and check them in ``cleaned``. Copies are
    made by ``__class__``: in a state this is a proxy, and its type another one.

    Attributes:
        q: The searched words.
        page: Which page, from 1.
    """

    q: str = ""
    page: str = ""

    @classmethod
    def from_address(cls, asked: Mapping[str, str]) -> Self:
        """Return what an address asks for; what makes no sense is left out."""
        names = [one.name for one in fields(cls)]
        given = {name: asked[name].strip() for name in names if name in asked}
        known = {name: word for name, word in given.items() if _is_sound(word)}
        return cls(**known).cleaned()

    def cleaned(self) -> Self:
        """Return this without what makes no sense."""
        number = self.page
        sound = number.isascii() and number.isdecimal() and len(number) < 7
        return self if sound and int(number) > 1 else replace(self, page="")

    @property
    def number(self) -> int:
        """Return which page, from 1."""
        return int(self.page or 1)

    def with_words(self, **words: str) -> Self:
        """Return the first page with other words."""
        return self.__class__(**{**self.__dict__, "page": "", **words}).cleaned()

    @property
    def is_filtered(self) -> bool:
        """Return whether any word leaves something out."""
        return replace(self, page="") != self.__class__()

    def unfiltered(self) -> Self:
        """Return the first page of everything."""
        return self.__class__()

    def on_page(self, number: int) -> Self:
        """Return the same on another page."""
        return replace(self, page=str(number) if number > 1 else "")

    def address(self, path: str) -> str:
        """Return the address under ``path`` that says this."""
        plain = self.__class__()
        said = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != getattr(plain, one.name)
        }
        return f"{path}?{urlencode(said)}" if said else path


def first_row(page: int, found: int, size: int) -> int:
    """Return how many rows stand before a page, from 1; past the end, the last one."""
    return min(page - 1, max(0, found - 1) // size) * size


def is_id(word: str) -> bool:
    """Return whether ``word`` is an id."""
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _is_sound(word: str) -> bool:
    return len(word) <= LONGEST_WORD and word.isprintable()
