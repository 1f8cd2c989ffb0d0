"""The keys by which an asset is found again in the inventory."""

import polars as pl

from discovery_app.knowledge.values import identity_placeholders

KEYS = ("key_external_id", "key_serial", "key_uuid", "key_fqdn", "key_host_ip")
"""The strongest first (FIELD.md, "Row accounting and identity")."""


def identity_keys(records: pl.DataFrame) -> list[pl.Series]:
    """Return the columns of ``KEYS``: normalised text, null where a record has none.

    Placeholders, and values that several records of the import share, are no keys. The
    last is the host name (else the asset's name) and its first IP address, IPv4 before
    IPv6, in the order of their text, so that the order in the source does not count.
    """
    keys = records.select(
        key_external_id=_word("external_id"),
        key_serial=_compact("serial_number"),
        key_uuid=_compact("vm_uuid"),
        key_fqdn=_word("fqdn"),
        key_host_ip=_host_ip(),
    )
    return [_own(keys[name]) for name in KEYS]


def _word(field: str) -> pl.Expr:
    return pl.col(field).str.strip_chars().str.to_lowercase()


def _compact(field: str) -> pl.Expr:
    """Return serials and UUIDs without the marks that sources write differently."""
    return _word(field).str.replace_all(r"[\s{}-]", "")


def _host_ip() -> pl.Expr:
    host = pl.coalesce(
        pl.col("hostname"), _word("asset_name").str.split(".").list.first()
    )
    addresses = pl.col("ip_address")
    fourth = addresses.list.eval(
        pl.element().filter(~pl.element().str.contains(":", literal=True))
    )
    first = pl.coalesce(
        fourth.list.sort().list.first(), addresses.list.sort().list.first()
    )
    return host + pl.lit("|") + first


def _own(key: pl.Series) -> pl.Series:
    """Return ``key`` without placeholders and values that are shared."""
    field = "external_id" if key.name == "key_external_id" else ""
    words = pl.Series(sorted(_compact_placeholders(field)))
    frame = key.to_frame()
    column = pl.col(key.name)
    empty = column.is_in(words.implode()) | (column == "")
    shared = column.is_not_null() & column.is_duplicated()
    return frame.select(pl.when(~empty & ~shared).then(column))[key.name]


def _compact_placeholders(field: str) -> frozenset[str]:
    words = identity_placeholders(field)
    return words | {word.replace("-", "").replace(" ", "") for word in words}
