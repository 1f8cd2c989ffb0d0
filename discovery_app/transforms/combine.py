"""Several columns of one table that feed the same field."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.headers import normalise_header
from discovery_app.transforms.distinct import by_distinct

_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Column:
    """One of the columns.

    Attributes:
        rank: Its place in the source's order of trust, the best first.
        text: What stood in the cells, where it may be kept.
    """

    header: str
    rank: int
    unit: str | None
    values: pl.Series
    text: pl.Series | None


@dataclass(frozen=True)
class Combined:
    """One column made of several.

    Attributes:
        others: By header: texts of weaker columns where they say something else.
    """

    values: pl.Series
    others: tuple[tuple[str, pl.Series], ...] = ()


def combine(name: str, columns: Sequence[Column]) -> Combined:
    """Return the one column of field ``name``.

    Lists are united; ``Disk 1 size``, ``Disk 2 size`` … are added up; of yes/no columns
    one yes is enough for templates; else the first column with a value decides.
    """
    if len(columns) == 1:
        return Combined(columns[0].values)
    field = ASSET_FIELDS[name]
    frame = pl.DataFrame(
        [column.values.alias(f"v{n}") for n, column in enumerate(columns)]
    )
    if field.type == "list":
        united = pl.concat_list(pl.all().fill_null([])).list.unique(maintain_order=True)
        values = frame.select(united.alias(name))[name]
        return Combined(
            pl.select(pl.when(values.list.len() > 0).then(values)).to_series()
        )
    if name == "is_template":
        return Combined(frame.select(pl.any_horizontal(pl.all()).alias(name))[name])
    if field.multiple and field.type == "string":
        return Combined(_joined(frame))
    if field.type in ("int", "float", "money") and _are_numbered(columns):
        known = pl.any_horizontal(pl.all().is_not_null())
        added = pl.when(known).then(pl.sum_horizontal(pl.all())).alias(name)
        return Combined(frame.select(added)[name])
    return _first_wins(columns)


def _joined(frame: pl.DataFrame) -> pl.Series:
    """Return the different texts of each row as one, parted by semicolons."""
    listed = frame.select(every=pl.concat_list(pl.all()))["every"]
    distinct = listed.list.drop_nulls().list.unique(maintain_order=True)
    values = distinct.list.join("; ")
    return pl.select(pl.when(values != "").then(values)).to_series()


def _are_numbered(columns: Sequence[Column]) -> bool:
    """Tell whether headers differ in a number only, as ``Disk 1 size`` … do."""
    names = {_NUMBER.sub("#", normalise_header(c.header)) for c in columns}
    return len(names) == 1 and "#" in names.pop()


def _first_wins(columns: Sequence[Column]) -> Combined:
    ordered = sorted(columns, key=lambda column: column.rank)
    values = pl.select(pl.coalesce([c.values for c in ordered])).to_series()
    others = []
    for column in ordered:
        if column.text is None:
            continue
        differs = (column.values != values).fill_null(False)
        if differs.any():
            kept = pl.select(pl.when(differs).then(column.text)).to_series()
            others.append((column.header, kept))
    return Combined(values, tuple(others))


def pair_tags(
    parts: Sequence[tuple[str, pl.Series]], known: pl.Series | None
) -> pl.Series:
    """Return the tags of ``Tag Category n`` / ``Tag n`` columns as JSON objects.

    Args:
        parts: Normalised headers and texts, in file order.
        known: Tags that other columns gave; they come first.
    """
    pairs: dict[str, dict[str, pl.Series]] = {}
    for header, text in parts:
        number = "".join(_NUMBER.findall(header))
        side = "name" if re.match(r"^tag(category|type)|^key", header) else "tag"
        pairs.setdefault(number, {})[side] = text
    texts = [_pair(pair) for pair in pairs.values()]
    if known is not None:
        texts.append(pl.select(pl.lit("[") + known + pl.lit("]")).to_series())
    frame = pl.DataFrame([t.alias(f"t{n}") for n, t in enumerate(texts)])
    joined = frame.select(
        pl.concat_str(pl.all(), separator="\x1e", ignore_nulls=True).alias("tags")
    )["tags"]
    return by_distinct(joined, _merged, pl.String())


def merge_tag_texts(objects: pl.Series) -> pl.Series:
    """Return one JSON object for each list of JSON objects of tags."""
    wrapped = objects.list.eval(pl.lit("[") + pl.element() + pl.lit("]"))
    return by_distinct(wrapped.list.join("\x1e"), _merged, pl.String())


def _pair(pair: dict[str, pl.Series]) -> pl.Series:
    """Return ``name US tag`` texts; null where there is no tag."""
    tag = pair.get("tag")
    name = pair.get("name")
    if tag is None:
        return (
            pl.select(pl.lit(None, dtype=pl.String))
            .to_series()
            .extend_constant(None, (len(name) if name is not None else 1) - 1)
        )
    if name is None:
        return pl.select(tag + pl.lit("\x1f")).to_series()
    both = pl.coalesce(name + pl.lit("\x1f") + tag, tag + pl.lit("\x1f"))
    return pl.select(both).to_series()


def _merged(joined: str) -> str | None:
    tags: dict[str, str] = {}
    for part in filter(None, joined.split("\x1e")):
        if part.startswith("[{"):
            tags |= json.loads(part[1:-1])
            continue
        name, _, tag = part.partition("\x1f")
        tags[name] = f"{tags[name]}, {tag}" if tags.get(name) else tag
    return json.dumps(tags, ensure_ascii=False) if tags else None
