"""How Windows and SQL Server are written, and which release cycles that means.

Both have cycles that are no plain numbers: Windows' carry service packs and
editions (``2008-r2-sp1``, ``11-24h2-e``), SQL Server's carry internal numbers
(``13.0-sp3`` is SQL Server 2016 SP3), so the label is what is matched.
Where no service pack is named, the version's last one is taken (FIELD.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from discovery_app.knowledge.product_names import (
    WINDOWS,
    plain,
    says_or_later,
    service_pack,
)
from discovery_app.knowledge.releases import Products, Release

SERVER: Final = "windows-server"
CLIENT: Final = "windows"
SQL_SERVER: Final = "mssqlserver"

_SERVER_YEAR: Final = re.compile(
    r"\b(2000|2003|2008|2012|2016|2019|2022|2025)(?=r2|\b)"
)
_R2: Final = re.compile(r"(?:\b|\d)r2\b")
_SHORT_YEAR: Final = re.compile(r"\bw(?:in(?:dows)?(?: ?server)? ?)?2k(\d{0,2})")
_GLUED_YEAR: Final = re.compile(r"(?:(?<=server)|(?<=windows)|(?<=win))(?=20\d\d)")
_CLIENT: Final = re.compile(r"\bwin(?:dows)? ?(8\.1|8\.x|xp|vista|7|8|10|11)\b(?!\.\d)")
_CLIENT_NAME: Final = r"(?:8\.1|xp|vista|7|8|10|11)"
_YEAR: Final = r"20\d\d(?: ?r2)?"
_OR: Final = r" ?(?:/|&|\||\bor\b|\band\b) ?"
_YEARS_LISTED: Final = re.compile(rf"\b{_YEAR}(?:{_OR}{_YEAR})+\b")
_CLIENTS_LISTED: Final = re.compile(
    rf"\bwin(?:dows)? ?{_CLIENT_NAME}(?:{_OR}(?:win(?:dows)? ?)?{_CLIENT_NAME})+\b"
    r"(?!\.\d)"
)
"""Several versions in one text: none of them is meant more than the others."""
_UPDATE: Final = re.compile(
    r"\b(1507|1511|1607|1703|1709|1803|1809|1903|1909|2004|2[0-9]h[12])\b"
)
_BUILD: Final = re.compile(
    r"\b(10\.0\.\d{5}|6\.[0-3](?:\.\d{4})?|5\.[012](?:\.\d{4})?)"
)
_NT_VERSIONS: Final = {
    "6.3": "6.3.9600",
    "6.2": "6.2.9200",
    "6.1": "6.1.7601",
    "6.0": "6.0.600",
    "5.2": "5.2.3790",
    "5.1": "5.1.2600",
    "5.0": "5.0.2195",
}
_LTSC_UPDATES: Final = {
    "2015": "1507",
    "2016": "1607",
    "2019": "1809",
    "2021": "21h2",
    "2024": "24h2",
}
_OLD: Final = re.compile(
    r"\b(?:nt|9[58]|me|ce|3\.1)\b|2000 (?:pro|workstation)|\bmobile\b"
)
_CLIENT_BASES: Final = {"xp": "5", "vista": "6", "7": "7", "8": "8", "8.1": "8.1"}


@dataclass(frozen=True)
class NamedReleases:
    """The cycles a text may mean.

    Attributes:
        product: Slug; ``None`` if the text leaves the product open too.
        releases: Candidates, newest first; empty if the data has none of them.
        assumption: What was taken for granted; empty if nothing was.
    """

    product: str | None
    releases: tuple[Release, ...]
    assumption: str = ""


def read_windows(raw: str, data: Products) -> NamedReleases | None:
    """Return the Windows releases that ``raw`` means; ``None`` if it is no Windows."""
    text = _SHORT_YEAR.sub(_long_year, plain(raw)).replace(",", " ")
    text = _GLUED_YEAR.sub(" ", text)
    if not WINDOWS.search(text):
        return None
    if _OLD.search(text):
        return NamedReleases(None, (), "this Windows is older than the data")
    client = _CLIENT.search(text)
    clients = _CLIENTS_LISTED.search(text)
    if clients and "server" not in text:
        names = re.findall(rf"\b{_CLIENT_NAME}\b", clients.group())
        return _any_of(CLIENT, [_client(name, name, data) for name in names])
    if client and "server" not in text:
        return _client(client.group(1), text, data)
    years = _SERVER_YEAR.findall(text)
    if years or "server" in text:
        return _server(years, text, data)
    builds = [r for p in (CLIENT, SERVER) for r in _by_build(p, text, data)]
    if builds:
        product = builds[0].product if len({r.product for r in builds}) == 1 else None
        return NamedReleases(product, tuple(builds))
    return NamedReleases(None, data[CLIENT] + data[SERVER])


def _any_of(product: str, named: Sequence[NamedReleases]) -> NamedReleases:
    """Return all releases that the versions of a list mean."""
    releases = dict.fromkeys(one for part in named for one in part.releases)
    return NamedReleases(product, tuple(releases))


def _years_listed(text: str) -> list[str]:
    """Return the years, each with its R2, if ``text`` lists several."""
    listed = _YEARS_LISTED.search(text)
    return re.findall(_YEAR, listed.group()) if listed else []


def _long_year(found: re.Match[str]) -> str:
    return f"windows server 20{found.group(1).zfill(2)}"


def _server(years: Sequence[str], text: str, data: Products) -> NamedReleases:
    releases = data[SERVER]
    if not years:
        update = _UPDATE.search(text)
        if update:
            named = tuple(r for r in releases if r.cycle.startswith(update.group(1)))
            return NamedReleases(SERVER, named)
        return NamedReleases(SERVER, _by_build(SERVER, text, data) or releases)
    listed = _years_listed(text)
    if listed:
        return _any_of(SERVER, [_server([one[:4]], one, data) for one in listed])
    year = years[0]
    if says_or_later(text):
        later = tuple(r for r in releases if r.lts and r.cycle[:4] >= year)
        return NamedReleases(SERVER, later)
    is_r2 = bool(_R2.search(text))
    family = _family(releases, f"{year}-r2" if is_r2 else year)
    if is_r2 and not family:
        note = f"{year} R2 is judged as {year}"
        named = _of_pack(_family(releases, year), service_pack(text))
        return NamedReleases(SERVER, named.releases, note)
    return _of_pack(family, service_pack(text))


def _family(releases: Sequence[Release], base: str) -> tuple[Release, ...]:
    form = re.compile(rf"{re.escape(base)}(?:-sp\d+)?$")
    return tuple(r for r in releases if form.match(r.cycle))


def _pack(release: Release) -> int:
    return service_pack(release.cycle) or 0


def _of_pack(family: Sequence[Release], pack: int | None) -> NamedReleases:
    """Return the release of ``family`` with that service pack, or its last one."""
    if not family:
        return NamedReleases(None, ())
    product = family[0].product
    exact = tuple(r for r in family if pack is not None and _pack(r) == pack)
    if exact:
        return NamedReleases(product, exact[:1])
    last = max(family, key=_pack)
    note = (
        f"service pack {_pack(last)}, the last one, is assumed" if _pack(last) else ""
    )
    if pack is not None and note:
        note = f"service pack {pack} is not in the data; {_pack(last)} is judged"
    return NamedReleases(product, (last,), note)


def _by_build(product: str, text: str, data: Products) -> tuple[Release, ...]:
    """Return the releases of the internal version in ``text``.

    A semi-annual release shares its number with a long-term one, which is the
    usual one and is meant unless the text names the other.
    """
    found = _BUILD.search(text)
    if not found:
        return ()
    start = _NT_VERSIONS.get(found.group(1)[:3], found.group(1))
    same = [r for r in data[product] if r.latest.startswith(start)]
    if product == SERVER:
        same = [r for r in same if not r.cycle.endswith("sac")] or same
        same = same[:1]
    return tuple(same)


def _client(name: str, text: str, data: Products) -> NamedReleases:
    releases = data[CLIENT]
    if name == "8.x":
        both = tuple(r for r in releases if r.cycle in {"8", "8.1"})
        return NamedReleases(CLIENT, both)
    if name in _CLIENT_BASES:
        return _of_pack(_family(releases, _CLIENT_BASES[name]), service_pack(text))
    if says_or_later(text):
        later = tuple(r for r in releases if r.version[0] >= int(name))
        return NamedReleases(CLIENT, later)
    mine = [r for r in releases if r.cycle.startswith(f"{name}-")]
    mine = _of_update(mine, text, data)
    return NamedReleases(CLIENT, tuple(_of_edition(mine, text)))


def _of_update(releases: list[Release], text: str, data: Products) -> list[Release]:
    update = _UPDATE.search(text)
    year = re.search(r"lts[cb] ?(\d{4})", text)
    word = update.group(1) if update else None
    if year:
        word = _LTSC_UPDATES.get(year.group(1), year.group(1))
    if word:
        return [r for r in releases if f"-{word}" in r.cycle]
    build = {r.cycle for r in _by_build(CLIENT, text, data)}
    return [r for r in releases if not build or r.cycle in build]


def _of_edition(releases: list[Release], text: str) -> list[Release]:
    if "iot" in text or re.search(r"\blts[cb]\b|\bltsc", text):
        mark = "iot" if "iot" in text else "e-lts"
        return [r for r in releases if mark in r.cycle]
    if re.search(r"\b(?:enterprise|education)\b", text):
        return [r for r in releases if not r.cycle.endswith(("-w", "lts", "iot"))]
    if re.search(r"\b(?:pro|professional|home)\b", text):
        return [r for r in releases if not r.cycle.endswith(("-e", "lts", "iot"))]
    return releases


def read_sql_server(rest: str, data: Products) -> NamedReleases:
    """Return the SQL Server releases that the text after the name means."""
    releases = data[SQL_SERVER]
    rest = rest.split(" on ")[0]
    number = re.search(r"\b(\d{1,2})\.(\d{1,2})(?:\.(\d+))?", rest)
    year = re.search(r"(?<![.\d])(20\d\d|7\.0|6\.5)(?=r2|\b)", rest)
    if year is None:
        if number is None:
            return NamedReleases(SQL_SERVER, releases)
        base = (int(number.group(1)), int(number.group(2)))
        return _of_build([r for r in releases if r.version == base], number.group(3))
    listed = _years_listed(rest)
    if listed:
        return _any_of(SQL_SERVER, [read_sql_server(one, data) for one in listed])
    if says_or_later(rest):
        later = tuple(r for r in releases if r.label[:4] >= year.group(1))
        return NamedReleases(SQL_SERVER, later)
    is_r2 = bool(_R2.search(rest))
    family = [
        r
        for r in releases
        if r.label.startswith(year.group(1)) and (r.version == (10, 50)) == is_r2
    ]
    if number and number.group(3):
        return _of_build(family, number.group(3))
    return _of_pack([r for r in family if "acp" not in r.cycle], service_pack(rest))


def _of_build(family: list[Release], build: str | None) -> NamedReleases:
    if build is None or not family:
        plain_packs = [r for r in family if "acp" not in r.cycle]
        return _of_pack(plain_packs, None)
    upwards = sorted(family, key=_build)
    reached = [r for r in upwards if _build(r) >= int(build)]
    return NamedReleases(SQL_SERVER, tuple((reached or upwards[-1:])[:1]))


def _build(release: Release) -> int:
    parts = release.latest.split()[0].split(".")
    return int(parts[2]) if len(parts) > 2 else 0
