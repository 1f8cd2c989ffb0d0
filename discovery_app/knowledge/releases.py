"""The release cycles of the end-of-life data, as values.

The app's own data is endoflife.date's (MIT; ``data/LICENSE-endoflife.date``), as it was
on ``DATA_DATE``: 60 products with 1,042 cycles. An admin may load newer data over it
(``knowledge.end_of_life_files``); what the newer lacks is still told by the older.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from discovery_app.knowledge.product_names import Version, as_version

DATA_DATE: Final = date(2026, 8, 22)
"""The day the app's own data was taken."""


@dataclass(frozen=True)
class DataVersion:
    """Which end-of-life data a verdict stands on; every verdict names it.

    Attributes:
        day: The day the data was taken.
    """

    source: str
    day: date

    def __str__(self) -> str:
        return f"{self.source} of {self.day}"


OWN_VERSION: Final = DataVersion("endoflife.date", DATA_DATE)


@dataclass(frozen=True)
class Release:
    """One release cycle of a product.

    Attributes:
        label: The maker's name for it, where the cycle alone does not tell.
        eol: Last day of support, or whether support has ended where no day is known.
        extended: The same of paid support after that; ``None`` if there is none.
        latest: The newest version in the cycle, as the maker writes it.
        origin: The data that says so.
    """

    product: str
    cycle: str
    label: str
    eol: date | bool
    extended: date | bool | None
    latest: str
    lts: bool
    origin: DataVersion = OWN_VERSION

    @property
    def version(self) -> Version:
        """Return the cycle's leading number: ``13.0-sp3`` → ``(13, 0)``."""
        return as_version(self.cycle)


Products = Mapping[str, tuple[Release, ...]]


@dataclass(frozen=True)
class EndOfLifeData:
    """What is known of releases, each with the data that says so.

    Attributes:
        version: The newest of the data it is made of.
        products: Releases by product, newest first.
    """

    version: DataVersion
    products: Products

    def over(self, older: "EndOfLifeData") -> "EndOfLifeData":
        """Return this data, completed by what only ``older`` knows, cycle by cycle."""
        products = dict(older.products)
        for product, mine in self.products.items():
            listed = {release.cycle for release in mine}
            rest = tuple(
                release
                for release in older.products.get(product, ())
                if release.cycle not in listed
            )
            products[product] = (*mine, *rest)
        return replace(self, products=MappingProxyType(products))


def read_releases(content: Mapping[str, Any], version: DataVersion) -> EndOfLifeData:
    """Return data in the form of the app's own copy as values."""
    products = {
        product: tuple(_release(product, one, version) for one in entry["releases"])
        for product, entry in content.items()
    }
    return EndOfLifeData(version, MappingProxyType(products))


@cache
def own_data() -> EndOfLifeData:
    """Return the data that the app brings along."""
    folder = resources.files("discovery_app.knowledge") / "data"
    content = json.loads((folder / "end_of_life.json").read_text("utf-8"))
    return read_releases(content, OWN_VERSION)


def _release(product: str, entry: Mapping[str, Any], origin: DataVersion) -> Release:
    return Release(
        product=product,
        cycle=entry["releaseCycle"],
        label=entry.get("releaseLabel") or "",
        eol=_day(entry["eol"]),
        extended=None if entry.get("eoes") is None else _day(entry["eoes"]),
        latest=str(entry.get("latest") or ""),
        lts=bool(entry.get("lts")),
        origin=origin,
    )


def _day(value: str | bool) -> date | bool:
    return value if isinstance(value, bool) else date.fromisoformat(value)
