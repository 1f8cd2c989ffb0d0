"""Says until when the maker supports what a text names, and how sure that is.

A text is read into a product and its possible release cycles; each cycle has a
state on the as-of date. Where all candidates agree, that is the verdict; where
they do not, the verdict is that the version is ambiguous. What is not in the data
stays unknown: nothing is guessed (FIELD.md, "End of life").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from discovery_app.knowledge.microsoft_names import (
    SQL_SERVER,
    NamedReleases,
    read_sql_server,
    read_windows,
)
from discovery_app.knowledge.product_names import (
    NamedVersion,
    Version,
    read_name,
)
from discovery_app.knowledge.releases import (
    DATA_DATE,
    EndOfLifeData,
    Products,
    Release,
    own_data,
)

__all__ = ["DATA_DATE", "SupportState", "Verdict", "judge", "judge_with_version"]


class SupportState(StrEnum):
    """How far the maker's support goes on the as-of date (FIELD.md, "End of life")."""

    SUPPORTED = "supported"
    ENDING = "eol_within_12_months"
    EXTENDED = "extended_only"
    ENDED = "eol"
    AMBIGUOUS = "version_ambiguous"
    UNKNOWN = "unknown_product"


SURE: Final = 0.95
"""One cycle is named. This and the three below are chosen, not measured."""
ASSUMED: Final = 0.85
"""One cycle, under an assumption that the evidence names."""
AGREED: Final = 0.8
"""Several cycles, all in the same state."""
OPEN: Final = 0.5
"""Several cycles in different states."""


@dataclass(frozen=True)
class Verdict:
    """What is known of the support of one text.

    Attributes:
        cycle: ``None`` unless exactly one cycle is meant.
        candidates: Every cycle it may be, newest first.
        eol_date: Last day of support; ``None`` if unknown, open or several.
        extended_until: Last day of paid support after that.
        evidence: Product, cycle, dates and the data's date in one sentence.
        confidence: 0.0–1.0.
        data: The end-of-life data that says so, e.g. ``endoflife.date of 2026-08-22``.
    """

    raw: str
    product: str | None
    cycle: str | None
    candidates: tuple[str, ...]
    state: SupportState
    eol_date: date | None
    extended_until: date | None
    evidence: str
    confidence: float
    data: str = ""


def release_state(release: Release, as_of: date) -> SupportState:
    """Return the state of ``release``; its last day of support still counts as such."""
    if not _is_over(release.eol, as_of):
        is_near = isinstance(release.eol, date) and release.eol <= _in_a_year(as_of)
        return SupportState.ENDING if is_near else SupportState.SUPPORTED
    if release.extended is None or _is_over(release.extended, as_of):
        return SupportState.ENDED
    return SupportState.EXTENDED


def judge_with_version(
    name: str, version: str, as_of: date, data: EndOfLifeData | None = None
) -> Verdict:
    """Return the verdict on a name whose version may stand in another column.

    The version is only used where the name alone leaves the cycle open.

    Args:
        data: What is known of releases; the app's own by default.
    """
    alone = judge(name, as_of, data)
    if alone.cycle or not version or version.casefold() in name.casefold():
        return alone
    together = judge(f"{name} {version}", as_of, data)
    narrower = together.candidates and (
        not alone.candidates or len(together.candidates) < len(alone.candidates)
    )
    return together if narrower else alone


def judge(raw: str, as_of: date, data: EndOfLifeData | None = None) -> Verdict:
    """Return the verdict on ``raw``, a system or product as people write it."""
    known = data or own_data()
    named = _read(raw, known.products)
    if named is None:
        evidence = f"No product of the end-of-life data ({known.version}) is named."
        found = _unknown(raw, None, evidence)
    elif not named.releases:
        found = _unknown(raw, named.product, _not_listed(named, known))
    elif len(named.releases) == 1:
        return _single(raw, named, as_of)
    else:
        found = _several(raw, named, as_of, known)
    return replace(found, data=str(known.version))


def _read(raw: str, data: Products) -> NamedReleases | None:
    added = [product for product in data if product not in own_data().products]
    name = read_name(raw, added)
    if name is not None and name.product == SQL_SERVER:
        return read_sql_server(name.rest, data)
    if name is not None:
        return _numbered(name, data)
    return read_windows(raw, data)


def _numbered(name: NamedVersion, data: Products) -> NamedReleases:
    releases = data[name.product]
    if "subscription" in name.rest:
        found = tuple(r for r in releases if r.cycle == "subscription")
        return NamedReleases(name.product, found or releases)
    if not name.versions:
        return NamedReleases(name.product, releases)
    if name.before:
        earlier = tuple(r for r in releases if r.version < name.versions[0])
        return NamedReleases(name.product, earlier)
    if name.or_later:
        if name.product == "centos":
            releases = data["centos-stream"] + releases
        first = min(name.versions)
        later = tuple(r for r in releases if r.version[: len(first)] >= first)
        return NamedReleases(name.product, later)
    meant = [r for r in releases if any(_fits(r, v, releases) for v in name.versions)]
    if name.lts and len(meant) > 1:
        meant = [r for r in meant if r.lts] or meant
    if not meant and name.product == "centos":
        return _numbered_as_stream(name, data)
    return NamedReleases(name.product, tuple(meant))


def _numbered_as_stream(name: NamedVersion, data: Products) -> NamedReleases:
    """Return the Stream releases: after 8 there is no other CentOS."""
    releases = data["centos-stream"]
    meant = tuple(
        r for r in releases if any(_fits(r, v, releases) for v in name.versions)
    )
    product = "centos-stream" if meant else "centos"
    note = "this CentOS exists as Stream only" if meant else ""
    return NamedReleases(product, meant, note)


def _fits(release: Release, version: Version, releases: Sequence[Release]) -> bool:
    """Return whether ``version`` may lie in ``release``.

    ``7`` is every 7.x; ``7.9`` is 7 where the maker counts whole versions only.
    """
    mine = release.version
    if not mine:
        return False
    if mine[: len(version)] == version:
        return True
    longest = max(
        (r.version for r in releases if version[: len(r.version)] == r.version),
        key=len,
        default=(),
    )
    is_more_exact = any(r.version[: len(version)] == version for r in releases)
    return mine == longest and not is_more_exact


def _single(raw: str, named: NamedReleases, as_of: date) -> Verdict:
    release = named.releases[0]
    state = release_state(release, as_of)
    note = f" ({named.assumption})" if named.assumption else ""
    return Verdict(
        raw=raw,
        product=release.product,
        cycle=release.cycle,
        candidates=(release.cycle,),
        state=state,
        eol_date=release.eol if isinstance(release.eol, date) else None,
        extended_until=release.extended if isinstance(release.extended, date) else None,
        evidence=(
            f"{release.product} {release.cycle}{note}: {_support(release, as_of)}; "
            f"{release.origin}."
        ),
        data=str(release.origin),
        confidence=ASSUMED if named.assumption else SURE,
    )


def _several(
    raw: str, named: NamedReleases, as_of: date, known: EndOfLifeData
) -> Verdict:
    states = {release_state(release, as_of) for release in named.releases}
    agreed = len(states) == 1
    state = states.pop() if agreed else SupportState.AMBIGUOUS
    cycles = tuple(release.cycle for release in named.releases)
    shown = ", ".join(cycles[:6]) + (" …" if len(cycles) > 6 else "")
    said = f"all are {state}" if agreed else "their support differs"
    return Verdict(
        raw=raw,
        product=named.product,
        cycle=None,
        candidates=cycles,
        state=state,
        eol_date=None,
        extended_until=None,
        evidence=(
            f"{named.product or 'Windows'} may be any of {len(cycles)} cycles "
            f"({shown}); {said} on {as_of}; {known.version}."
        ),
        confidence=AGREED if agreed else OPEN,
    )


def _unknown(raw: str, product: str | None, evidence: str) -> Verdict:
    return Verdict(
        raw, product, None, (), SupportState.UNKNOWN, None, None, evidence, 0.0
    )


def _not_listed(named: NamedReleases, known: EndOfLifeData) -> str:
    said = f" ({named.assumption})" if named.assumption else ""
    return (
        f"{named.product or 'Windows'}: this version is not in the end-of-life data "
        f"({known.version}){said}."
    )


def _support(release: Release, as_of: date) -> str:
    words = _phrase("support", release.eol, as_of)
    if release.extended is None:
        return words
    return f"{words}, {_phrase('extended support', release.extended, as_of)}"


def _phrase(what: str, end: date | bool, as_of: date) -> str:
    if isinstance(end, bool):
        return f"{what} has ended" if end else f"{what} goes on, no end is announced"
    return f"{what} {'ended' if _is_over(end, as_of) else 'ends'} {end}"


def _is_over(end: date | bool, as_of: date) -> bool:
    return end if isinstance(end, bool) else end < as_of


def _in_a_year(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)
