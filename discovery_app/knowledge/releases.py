"""The release cycles of the end-of-life data, as values.

The data is endoflife.date's (MIT; ``data/LICENSE-endoflife.date``), as it was on
``DATA_DATE``: 60 products with 1,042 cycles.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from discovery_app.knowledge.product_names import Version, as_version

DATA_DATE: Final = date(2026, 8, 22)
"""The day the data was taken; every verdict names it."""


@dataclass(frozen=True)
class Release:
    """One release cycle of a product.

    Attributes:
        label: The maker's name for it, where the cycle alone does not tell.
        eol: Last day of support, or whether support has ended where no day is known.
        extended: The same of paid support after that; ``None`` if there is none.
        latest: The newest version in the cycle, as the maker writes it.
    """

    product: str
    cycle: str
    label: str
    eol: date | bool
    extended: date | bool | None
    latest: str
    lts: bool

    @property
    def version(self) -> Version:
        """Return the cycle's leading number: ``13.0-sp3`` → ``(13, 0)``."""
        return as_version(self.cycle)


@cache
def catalogue() -> dict[str, tuple[Release, ...]]:
    """Return every release by product, newest first, as endoflife.date has them."""
    folder = resources.files("discovery_app.knowledge") / "data"
    content = json.loads((folder / "end_of_life.json").read_text("utf-8"))
    return {
        product: tuple(_release(product, one) for one in entry["releases"])
        for product, entry in content.items()
    }


def _release(product: str, entry: dict[str, Any]) -> Release:
    return Release(
        product=product,
        cycle=entry["releaseCycle"],
        label=entry.get("releaseLabel") or "",
        eol=_day(entry["eol"]),
        extended=None if entry.get("eoes") is None else _day(entry["eoes"]),
        latest=str(entry.get("latest") or ""),
        lts=bool(entry.get("lts")),
    )


def _day(value: str | bool) -> date | bool:
    return value if isinstance(value, bool) else date.fromisoformat(value)
