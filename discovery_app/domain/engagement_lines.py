"""An engagement in words: totals, quality, readiness and what is missing."""

from dataclasses import dataclass

from discovery_app.domain.display import RankedBar
from discovery_app.domain.inventory import InventorySummary, WordCount
from discovery_app.domain.words import count

_LEVELS = {
    "production": "ready for production planning",
    "preliminary": "ready for preliminary planning",
    "needs_data": "needs data",
    "not_ready": "not ready to be planned",
}
_MOST_BARS = 8


@dataclass(frozen=True)
class GapLine:
    """Something that is not known of many assets; ``ask`` is who could tell."""

    label: str
    group: str
    missing: str
    missing_percent: int
    lost: str
    ask: str


@dataclass(frozen=True)
class EngagementTotals:
    """The numbers of an engagement; empty until they are known.

    Attributes:
        has_assets: Whether anything was published yet.
    """

    has_assets: bool = False
    assets: str = ""
    assets_note: str = ""
    applications: str = ""
    dependencies: str = ""
    conflicts: str = ""
    quality: str = ""
    quality_percent: int = 0
    readiness: str = ""
    readiness_note: str = ""
    cores: str = ""
    memory: str = ""
    storage: str = ""
    types: tuple[RankedBar, ...] = ()
    environments: tuple[RankedBar, ...] = ()


def engagement_totals(
    seen: InventorySummary, readiness_percent: float | None, readiness_level: str
) -> EngagementTotals:
    """Return the numbers of an engagement in words."""
    quality = seen.quality_fraction
    return EngagementTotals(
        has_assets=seen.assets > 0,
        assets=count(seen.assets),
        assets_note=f"{count(seen.in_scope)} in scope",
        applications=count(seen.applications),
        dependencies=count(seen.dependencies),
        conflicts=count(seen.open_conflicts),
        quality="–" if quality is None else f"{round(100 * quality)} %",
        quality_percent=0 if quality is None else round(100 * quality),
        readiness="–" if readiness_percent is None else f"{round(readiness_percent)} %",
        readiness_note=_LEVELS.get(readiness_level, "no asset in scope yet"),
        cores=f"{count(seen.cpu_cores)} cores",
        memory=f"{count(round(seen.memory_mb / 1024))} GB",
        storage=f"{count(round(seen.storage_provisioned_gb))} GB",
        types=_bars(seen.by_type),
        environments=_bars(seen.by_environment),
    )


def _bars(words: tuple[WordCount, ...]) -> tuple[RankedBar, ...]:
    """Return the most frequent words; the rest is one bar."""
    shown, rest = list(words[:_MOST_BARS]), words[_MOST_BARS:]
    if rest:
        left = sum(one.count for one in rest)
        shown.append(WordCount(f"{len(rest)} others", left))
    most = max((one.count for one in shown), default=0) or 1
    return tuple(
        RankedBar(_plain(one.word), count(one.count), round(100 * one.count / most))
        for one in shown
    )


def _plain(word: str) -> str:
    if word == "(none)":
        return "Not known"
    words = word.replace("_", " ")
    return words[:1].upper() + words[1:]
