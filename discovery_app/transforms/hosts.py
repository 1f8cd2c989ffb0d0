"""Columns of host names and addresses."""

from collections.abc import Callable
from typing import Final

import polars as pl

from discovery_app.knowledge.addresses import Addresses, ip_addresses, mac_addresses
from discovery_app.knowledge.fields import AssetField
from discovery_app.knowledge.values import identity_placeholders
from discovery_app.transforms.converted import Converted, failed_where
from discovery_app.transforms.distinct import choose

_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]\d|\d)"
_IPV4: Final = rf"^{_OCTET}(?:\.{_OCTET}){{3}}$"
_MARKS: Final = r"[,;|\s]+"
_USUAL_IPV4: Final = (
    rf"(?:1[013-9]\d|12[0-689]|2[0-4]\d|25[0-5]|[1-9]\d|[1-9])(?:\.{_OCTET}){{3}}"
)
"""An address that needs no closer look: not 0.x and not 127.x."""
_USUAL_MAC: Final = r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
_EMPTY_MACS: Final = r"(?:00[:-]){5}00|(?:ff[:-]){5}ff"
_WITH_DOMAIN: Final = r"^[^.\s]+(?:\.[^.\s]+)*\.[a-z][a-z0-9-]*$"
"""A host name with its domain; ``app-v1.2`` is none."""
_NAMES: Final = pl.List(pl.String())
_NOTHING: Final = pl.Series([None], dtype=pl.String())


def convert_hostname(text: pl.Series) -> Converted:
    r"""Return short host names; a domain goes to ``fqdn``.

    ``CORP\WEB01`` is ``web01``, and an IP address is no host name.
    """
    name = text.str.to_lowercase().str.strip_chars(". ").str.replace(r"^.*\\", "")
    address = name.str.contains(_IPV4) | name.str.contains(r"^[0-9a-f:]*:[0-9a-f:]*$")
    usual = ~name.is_in(list(identity_placeholders()))
    dotted = name.str.contains(_WITH_DOMAIN) & ~address & usual
    short = choose(dotted, name.str.split(".").list.first(), name)
    values = choose(~address & usual & (short != ""), short, _NOTHING)
    return Converted(
        values,
        failed_where(address, "hostname_is_address"),
        values.is_not_null() & (values != text.str.to_lowercase()),
        "hostname_shortened",
        aside={"fqdn": choose(dotted, name, _NOTHING)},
    )


def convert_fqdn(text: pl.Series) -> Converted:
    """Return full names in lower case; one without a domain is a host name."""
    name = text.str.to_lowercase().str.strip_chars(". ").str.replace(r"^.*\\", "")
    address = name.str.contains(_IPV4) | name.str.contains(r"^[0-9a-f:]*:[0-9a-f:]*$")
    usual = ~name.is_in(list(identity_placeholders())) & (name != "")
    full = name.str.contains(".", literal=True) & ~address & usual
    short = choose(~address & usual, name.str.split(".").list.first(), _NOTHING)
    values = choose(full, name, _NOTHING)
    return Converted(
        values,
        failed_where(address, "hostname_is_address"),
        values.is_not_null() & (values != text.str.to_lowercase()),
        "fqdn_read",
        aside={"hostname": short},
    )


def convert_identity(text: pl.Series, field: AssetField) -> Converted:
    """Return ids, serials and UUIDs without those that identify nothing."""
    values = text.str.to_lowercase() if field.name == "vm_uuid" else text
    if field.name == "vm_uuid":
        values = values.str.strip_chars("{} ")
    words = identity_placeholders(field.name)
    empty = text.str.to_lowercase().is_in(list(words))
    values = choose(~empty, values, _NOTHING)
    changed = values.is_not_null() & (values != text)
    failed = failed_where(empty, "identifies_nothing")
    return Converted(values, failed, changed, "identity_read")


def convert_addresses(text: pl.Series, field: AssetField) -> Converted:
    """Return the IP or MAC addresses of a column's cells.

    Lists of usual addresses are split without a loop; all others are read one by one.
    """
    bare = text.str.strip_chars("[](){}\"',;| ")
    if field.items == "mac":
        bare, usual, rule = bare.str.to_lowercase(), _USUAL_MAC, mac_addresses
        empty = bare.str.contains(_EMPTY_MACS)
        bare = bare.str.replace_all("-", ":", literal=True)
    else:
        usual, rule = _USUAL_IPV4, ip_addresses
        empty = pl.repeat(False, len(text), eager=True)
    simple = bare.str.contains(rf"^{usual}(?:{_MARKS}{usual})*$") & ~empty
    listed = bare.str.replace_all(_MARKS, ",").str.split(",")
    rest = _parsed(text.filter(~simple), rule)
    joined = pl.DataFrame({"text": text}).join(
        rest, on="text", how="left", maintain_order="left"
    )
    values = choose(simple, listed.list.unique(maintain_order=True), joined["good"])
    changed = values.is_not_null() & (values.list.join(";") != text)
    return Converted(values, joined["rule"], changed, "addresses_read")


def _parsed(text: pl.Series, rule: Callable[[str], Addresses]) -> pl.DataFrame:
    rows: list[tuple[str, list[str] | None, str | None]] = []
    for value in text.drop_nulls().unique().to_list():
        found = rule(value)
        broken = "not_an_address" if found.wrong else None
        rows.append((value, list(found.good) or None, broken))
    schema = {"text": pl.String(), "good": _NAMES, "rule": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")
