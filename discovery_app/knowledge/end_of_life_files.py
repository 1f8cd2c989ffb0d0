"""Reads a file of end-of-life data that an admin brings, and says all that is wrong.

Three forms are taken: the app's own copy (product → ``releases`` with
``releaseCycle``), the answers of endoflife.date's API version 1 (``/products/full`` or
one product), and CSV with the columns of ``CSV_COLUMNS``. A file is taken whole or not
at all: half of it would make verdicts that no one can trace.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from discovery_app.errors import InvalidInputError

CSV_COLUMNS: Final = ("product", "cycle", "label", "eol", "extended", "latest", "lts")
"""``product``, ``cycle`` and ``eol`` are needed; ``extended`` is the end of paid
support after ``eol``."""

LARGEST_BYTES: Final = 20_000_000
_MOST_CYCLES: Final = 50_000
"""endoflife.date has about 450 products with 6,000 cycles (8 MB); chosen well above."""

_SHOWN: Final = 10
_PRODUCT: Final = re.compile(r"[a-z0-9][a-z0-9._+-]{0,59}")
_LONGEST: Final[Mapping[str, int]] = {"releaseCycle": 60, "releaseLabel": 200}
_WORDS: Final[Mapping[str, bool]] = {
    "true": True,
    "yes": True,
    "false": False,
    "no": False,
}

Cycle = dict[str, Any]
Content = dict[str, dict[str, list[Cycle]]]


def read_end_of_life_file(content: bytes) -> Content:
    """Return the file's cycles by product, in the form of the app's own copy.

    Raises:
        InvalidInputError: It has another form, or a wrong cycle; the sentence names
            the first ten problems.
    """
    if len(content) > LARGEST_BYTES:
        raise InvalidInputError(
            f"The file has more than {LARGEST_BYTES // 1_000_000} MB; bring the cycles "
            "of the products you need. Nothing was stored."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _other_form("it is no UTF-8 text") from None
    read = _json_entries if text.lstrip()[:1] in {"{", "["} else _csv_entries
    problems: list[str] = []
    found = _checked(read(text), problems)
    if problems:
        more = len(problems) - _SHOWN
        listed = "; ".join(problems[:_SHOWN]) + (f"; and {more} more" * (more > 0))
        raise InvalidInputError(
            f"The end-of-life data was refused and nothing was stored: {listed}."
        )
    if not found:
        raise _other_form("it names no release cycle")
    return found


def _other_form(why: str) -> InvalidInputError:
    return InvalidInputError(
        f"This is no end-of-life data: {why}. Bring JSON of endoflife.date "
        "(/api/v1/products/full) or CSV with the columns "
        f"{', '.join(CSV_COLUMNS)}; nothing was stored."
    )


def _json_entries(text: str) -> Iterable[tuple[str, Cycle]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _other_form("the JSON is broken") from None
    if not isinstance(content, dict):
        raise _other_form("the JSON is no object of products")
    if "result" in content:
        return list(_answer_entries(content["result"]))
    return list(_own_entries(content))


def _own_entries(content: Mapping[str, Any]) -> Iterable[tuple[str, Cycle]]:
    for product, entry in content.items():
        for release in _releases(product, entry):
            yield product, dict(release)


def _answer_entries(result: Any) -> Iterable[tuple[str, Cycle]]:
    """Yield the cycles of an answer of endoflife.date's API, version 1."""
    for entry in result if isinstance(result, list) else [result]:
        product = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(product, str):
            raise _other_form("a product has no name")
        for release in _releases(product, entry):
            latest = release.get("latest")
            yield (
                product,
                {
                    "releaseCycle": release.get("name"),
                    "releaseLabel": release.get("label"),
                    "eol": _ends(release, "Eol", "eol"),
                    "eoes": _ends(release, "Eoes", "eoes"),
                    "latest": latest.get("name") if isinstance(latest, dict) else "",
                    "lts": bool(release.get("isLts")),
                },
            )


def _releases(product: str, entry: Any) -> list[Mapping[str, Any]]:
    releases = entry.get("releases") if isinstance(entry, dict) else None
    if not isinstance(releases, list) or not all(isinstance(r, dict) for r in releases):
        raise _other_form(f"“{product[:60]}” has no list of releases")
    return releases


def _ends(release: Mapping[str, Any], flag: str, day: str) -> Any:
    told = release.get(f"{day}From")
    return release.get(f"is{flag}") if told is None else told


def _csv_entries(text: str) -> Iterable[tuple[str, Cycle]]:
    dialect = ";" if text.split("\n", 1)[0].count(";") > 1 else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=dialect)
    headers = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    absent = [name for name in ("product", "cycle", "eol") if name not in headers]
    if absent:
        raise _other_form(f"the column {absent[0]} is missing")
    rows.fieldnames = headers
    try:
        return [_csv_cycle(row) for row in rows]
    except csv.Error:
        raise _other_form("the CSV is broken") from None


def _csv_cycle(row: Mapping[str, Any]) -> tuple[str, Cycle]:
    cell = {name: (row.get(name) or "").strip() for name in CSV_COLUMNS}
    return cell["product"].lower(), {
        "releaseCycle": cell["cycle"],
        "releaseLabel": cell["label"],
        "eol": _WORDS.get(cell["eol"].lower(), cell["eol"]),
        "eoes": _WORDS.get(cell["extended"].lower(), cell["extended"] or None),
        "latest": cell["latest"],
        "lts": _WORDS.get(cell["lts"].lower(), False),
    }


def _checked(entries: Iterable[tuple[str, Cycle]], problems: list[str]) -> Content:
    found: Content = {}
    seen: set[tuple[str, str]] = set()
    for number, (product, cycle) in enumerate(entries, start=1):
        if number > _MOST_CYCLES:
            problems.append(f"it has more than {_MOST_CYCLES:,} cycles")
            break
        wrong = _wrong(product, cycle)
        key = (product, str(cycle.get("releaseCycle")))
        if not wrong and key in seen:
            wrong = "stands twice"
        if wrong:
            problems.append(f"cycle {number} ({product[:40]} {key[1][:40]}) {wrong}")
            continue
        seen.add(key)
        found.setdefault(product, {"releases": []})["releases"].append(_kept(cycle))
    return found


def _wrong(product: str, cycle: Cycle) -> str:
    """Return what is wrong with a cycle; empty if nothing is."""
    if not _PRODUCT.fullmatch(product):
        return "has no product name in lower-case letters, digits and hyphens"
    name = cycle.get("releaseCycle")
    if not isinstance(name, str) or not name.strip():
        return "has no cycle"
    if len(name) > _LONGEST["releaseCycle"]:
        return "has a cycle of more than 60 characters"
    if not _is_end(cycle.get("eol")):
        return "has an eol that is neither a date (YYYY-MM-DD) nor true or false"
    if cycle.get("eoes") is not None and not _is_end(cycle["eoes"]):
        return "has an end of extended support that is neither a date nor true or false"
    return ""


def _is_end(value: object) -> bool:
    if isinstance(value, bool):
        return True
    if not isinstance(value, str):
        return False
    try:
        return 1970 <= date.fromisoformat(value).year <= 2199
    except ValueError:
        return False


def _kept(cycle: Cycle) -> Cycle:
    """Return what verdicts read of a cycle, and no more."""
    label = cycle.get("releaseLabel")
    return {
        "releaseCycle": cycle["releaseCycle"].strip(),
        "releaseLabel": str(label or "")[: _LONGEST["releaseLabel"]],
        "eol": cycle["eol"],
        "eoes": cycle.get("eoes"),
        "latest": str(cycle.get("latest") or "")[: _LONGEST["releaseLabel"]],
        "lts": bool(cycle.get("lts")),
    }
