"""What the values of a column look like, before anyone says what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.knowledge.headers import is_never_imported

SAMPLES: Final = 5
SAMPLE_LENGTH: Final = 80
_JUDGED: Final = 2_000
"""Different values that are looked at; more would not change a share of nine in ten."""

_MOST: Final = 0.9
_MOST_OS: Final = 0.8
_FEW_WORDS: Final = 50
# Chosen; the tests hold them against the sample files.

_NO_VALUE: Final = (
    "n/a",
    "na",
    "null",
    "none",
    "unknown",
    "tbd",
    "?",
    "-",
    "--",
    "not set",
    "not available",
    "#n/a",
    "#ref!",
)
_OCTET: Final = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_IP4: Final = rf"{_OCTET}(\.{_OCTET}){{3}}(/\d{{1,2}})?"
_IP6: Final = r"[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}(%\w+)?(/\d{1,3})?"
_MAC: Final = r"([0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})"
_UUID: Final = (
    r"\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?"
    r"|([0-9a-f]{2}[ -]){15}[0-9a-f]{2}"
)
_NUMBER: Final = r"[-+]?(\d+|\d{1,3}([,' \u{a0}]\d{3})+)"
_DECIMAL: Final = r"[-+]?(\d+|\d{1,3}([,.' \u{a0}]\d{3})+)?[.,]?\d+(e[-+]?\d+)?"
_DATE: Final = (
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})"
    r"|\d{14}\.\d{6}[-+]\d{3}"
    r"|\d{1,2}[- ][a-z]{3,9}[- ]\d{2,4}|[a-z]{3,9} \d{1,2},? \d{4})"
    r"([ t]+\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?( ?[ap]m)?( ?z| ?utc| ?[-+]\d{2}:?\d{2})?)?"
)
_OS: Final = (
    r"(?i)\b(windows|linux|ubuntu|red ?hat|rhel|centos|debian|suse|sles|solaris|sunos"
    r"|aix|hp-?ux|mac ?os|os ?x|esxi?(\s|$|\d\.\d)|freebsd|rocky|alma ?linux|fedora"
    r"|photon|oracle linux|z/os|ibm i|os/400|vmkernel|ios[- ]xe|nx-?os|junos|netware"
    r"|openvms|win ?20\d\d|w2k\d*|android)"
)


def _list_of(pattern: str) -> str:
    """Return the pattern of a cell with one or several such values, as ``[a,b];``."""
    return rf"^\[?\s*({pattern})([\s,;|]+({pattern}))*[\s;,]*\]?[\s;]*$"


_SHAPES: Final[tuple[tuple[str, str], ...]] = (
    ("uuid", rf"(?i)^({_UUID})$"),
    ("mac", rf"(?i){_list_of(_MAC)}"),
    ("ip", rf"(?i){_list_of(f'{_IP4}|{_IP6}')}"),
    ("boolean", r"(?i)^(true|false|yes|no|y|n|ja|nein|oui|non|s[ií]|wahr|falsch)$"),
    ("integer", rf"^{_NUMBER}$"),
    ("decimal", rf"(?i)^{_DECIMAL}$"),
    ("percent", rf"(?i)^{_DECIMAL}\s?%$"),
    ("size", rf"(?i)^{_DECIMAL}\s?([kmgtp]i?b|[kmgt]bytes?|bytes?)$"),
    ("date", rf"(?i)^{_DATE}$"),
    ("fqdn", r"(?i)^[a-z0-9_]([a-z0-9_-]*)(\.[a-z0-9_-]+)*\.[a-z]{2,24}\.?$"),
)
_HOSTNAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,62}$"
_HOSTNAME_SIGN: Final = r"[0-9_-]"


@dataclass(frozen=True)
class ColumnValues:
    """The values of one column, in short.

    Attributes:
        filled: Share of rows with a value, 0.0 to 1.0.
        distinct: How many different values.
        samples: The first few different values; none of a column with credentials.
        kind: One of the words that ``ColumnProfile.kind`` lists.
    """

    filled: float
    distinct: int
    samples: tuple[str, ...]
    kind: str


def profile_column(values: pl.Series, header: str) -> ColumnValues:
    """Return what the values of a column look like.

    Args:
        values: The column's cells as text, null where empty.
        header: The column's header; credentials are not looked at.
    """
    clean = values.str.strip_chars()
    filled = clean.filter(clean != "")
    rows = values.len()
    share = filled.len() / rows if rows else 0.0
    different = filled.unique(maintain_order=True)
    if is_never_imported(header):
        kind = "text" if filled.len() else "empty"
        return ColumnValues(share, different.len(), (), kind)
    samples = tuple(text[:SAMPLE_LENGTH] for text in different.head(SAMPLES))
    kind = _kind(different, filled.len())
    return ColumnValues(share, different.len(), samples, kind)


def _kind(different: pl.Series, filled: int) -> str:
    values = different.head(_JUDGED)
    values = values.filter(~values.str.to_lowercase().is_in(_NO_VALUE))
    if values.is_empty():
        return "empty" if different.is_empty() else "text"
    shape = _shape(values)
    if shape is not None:
        return shape
    if _share(values, _OS) >= _MOST_OS and _usual_length(values) <= SAMPLE_LENGTH:
        return "os"
    if different.len() <= _FEW_WORDS and 2 * different.len() <= filled:
        return "word"
    signs = values.filter(values.str.contains(_HOSTNAME))
    if signs.len() >= _MOST * values.len() and _share(signs, _HOSTNAME_SIGN) >= 0.5:
        return "hostname"
    return "text"


def _shape(values: pl.Series) -> str | None:
    return next(
        (kind for kind, pattern in _SHAPES if _share(values, pattern) >= _MOST), None
    )


def _share(values: pl.Series, pattern: str) -> float:
    return float(values.str.contains(pattern).mean() or 0.0)  # type: ignore[arg-type]


def _usual_length(values: pl.Series) -> float:
    return float(values.str.len_chars().median() or 0.0)  # type: ignore[arg-type]


def hide_credentials(rows: pl.DataFrame, headers: Sequence[str]) -> pl.DataFrame:
    """Return the frame with the values of columns that hold credentials taken out.

    Args:
        rows: ``row_number`` and ``c0`` … of a table.
        headers: Its headers, in file order.
    """
    hidden = [f"c{n}" for n, name in enumerate(headers) if is_never_imported(name)]
    return rows.with_columns(pl.lit(None, dtype=pl.String).alias(n) for n in hidden)
