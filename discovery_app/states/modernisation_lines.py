"""End of life and advice in words, as the page draws them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from discovery_app.domain.display import Choice, Slice
from discovery_app.domain.inventory import (
    MISSING,
    DecisionView,
    FindingView,
    WordCount,
)
from discovery_app.domain.modernisation_page import (
    AdviceRow,
    Explanation,
    InputLine,
    ReadinessRow,
    SupportRow,
)
from discovery_app.domain.value_words import (
    NOTHING,
    day_words,
    slug_words,
    value_words,
)
from discovery_app.domain.words import count, counted, exact
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.readiness import ApplicationReadiness

SUPPORT_WORDS: Final = {
    "eol": "Ended",
    "extended_only": "Extended only",
    "eol_within_12_months": "Within 12 months",
    "version_ambiguous": "Ambiguous",
    "unknown_product": "Unknown",
    "supported": "Supported",
}
SERIES: Final = {
    "Ended or extended only": ("eol", "extended_only"),
    "Within 12 months": ("eol_within_12_months",),
    "Later": ("supported",),
}
"""The chart's parts, and the states that each counts."""

QUARTERS_SHOWN: Final = 9
"""From the current one on; what is later or earlier stands in one bar each."""

_FILLS: Final = {
    "rehost": "var(--indigo-9)",
    "replatform": "var(--indigo-8)",
    "refactor": "var(--indigo-11)",
    "repurchase": "var(--indigo-6)",
    "relocate": "var(--indigo-7)",
    "rebuild": "var(--indigo-12)",
    "retire": "var(--gray-11)",
    "retain": "var(--gray-8)",
    "out_of_scope": "var(--gray-6)",
    "insufficient_data": "var(--amber-9)",
    "review_for_retirement": "var(--amber-7)",
    "review_for_refactoring": "var(--amber-6)",
}
LEVELS: Final = {
    "production": "Ready for production planning",
    "preliminary": "Ready for preliminary planning",
    "needs_data": "Needs data",
    "not_ready": "Not ready",
}
_GAPS_SHOWN: Final = 4
_SOURCE_WORDS: Final = {"import": "From the import"}


def support_row(one: FindingView, advice: DecisionView | None) -> SupportRow:
    """Return a product's line, with what holds for its asset."""
    return SupportRow(
        asset_id=str(one.asset_id),
        asset=one.asset_name,
        raw=one.raw,
        product=" ".join(filter(None, (one.product, one.cycle))) or "Unknown product",
        state=one.state,
        days=NOTHING if one.days_left is None else _signed(one.days_left),
        due=day_words(one.due),
        advice=slug_words(advice.holds) if advice else NOTHING,
        rule=_rule(advice) if advice else "",
        evidence=one.evidence,
    )


def advice_row(one: DecisionView) -> AdviceRow:
    """Return the line of an asset's advice."""
    return AdviceRow(
        asset_id=str(one.asset_id),
        asset=one.asset_name,
        advice=slug_words(one.holds),
        rule=_rule(one),
        decided=f"{one.override_by}" if one.override else "Rules",
        reason=one.override_reason or one.reason,
        inputs=_said(one.inputs),
        also=", ".join(one.also_matched) or NOTHING,
        effort=slug_words(one.effort),
    )


def readiness_row(one: ApplicationReadiness) -> ReadinessRow:
    """Return the line of an application, with the gaps that cost most."""
    gaps = one.gaps[:_GAPS_SHOWN]
    return ReadinessRow(
        key="" if one.application == MISSING else one.application.lower(),
        application=one.application,
        assets=counted(one.assets, "asset"),
        percent=f"{one.percent:.1f} %",
        level=LEVELS.get(one.level, one.level),
        gaps=", ".join(f"{gap.label} ({gap.missing_percent:.0f} %)" for gap in gaps),
        ask=", ".join(dict.fromkeys(gap.ask for gap in gaps)),
    )


def explanation(one: DecisionView, found: Sequence[FindingView]) -> Explanation:
    """Return why an asset is to be treated so."""
    decided = ""
    if one.override:
        at = exact(one.override_at) if one.override_at else ""
        decided = f"Decided by {one.override_by}, {at}: {one.override_reason}"
    return Explanation(
        asset_id=str(one.asset_id),
        asset=one.asset_name,
        holds=one.holds,
        advice=slug_words(one.holds),
        reason=one.override_reason if one.override else one.reason,
        rule=_rule(one),
        rules=f"The rules advise {slug_words(one.treatment).lower()}: {one.reason}"
        if one.override
        else "",
        decided=decided,
        also=", ".join(one.also_matched) or "No other rule.",
        effort=slug_words(one.effort),
        effort_reason=one.effort_reason,
        as_of=day_words(one.as_of),
        inputs=tuple(_inputs(one.inputs)),
        products=tuple(support_row(each, None) for each in found),
    )


def quarter_bars(
    counts: Mapping[str, Sequence[WordCount]], as_of: date
) -> list[dict[str, str | int]]:
    """Return the chart's bars: before this quarter, the next ones, and after them.

    Args:
        counts: By series of ``SERIES``: how many fall due in each quarter.
        as_of: When the states were judged.
    """
    known = {
        name: {one.word: one.count for one in found} for name, found in counts.items()
    }
    months = list(_quarters(as_of))
    first, last = months[0], months[-1]

    def bar(name: str, chosen: Iterable[str] | None, where: str) -> dict:
        line: dict[str, str | int] = {"name": name}
        for series, found in known.items():
            line[series] = sum(
                number
                for word, number in found.items()
                if (word in chosen if chosen is not None else _stands(word, where))
            )
        return line

    def _stands(word: str, where: str) -> bool:
        return word < first if where == "before" else word > last

    return [
        bar("Before", None, "before"),
        *(bar(f"{word[5:]} {word[2:4]}", (word,), "") for word in months),
        bar("After", None, "after"),
    ]


def bars_sentence(bars: Sequence[Mapping[str, str | int]]) -> str:
    """Return what the bars say together."""
    parts = [
        f"{sum(int(bar[series]) for bar in bars):,} {series.lower()}"
        for series in SERIES
    ]
    return "Products by the quarter in which support ends: " + ", ".join(parts)


def slices(counts: Sequence[WordCount]) -> tuple[Slice, ...]:
    """Return the treatments that hold, the most frequent first."""
    total = sum(one.count for one in counts) or 1
    return tuple(
        Slice(
            slug_words(one.word),
            one.count,
            f"{100 * one.count / total:.1f} %",
            _FILLS.get(one.word, "var(--gray-7)"),
        )
        for one in counts
    )


def choices(
    counts: Sequence[WordCount], words: Mapping[str, str] | None = None
) -> tuple[Choice, ...]:
    """Return words with their counts to filter by."""
    known = words or {}
    return tuple(
        Choice(
            one.word,
            f"{known.get(one.word) or slug_words(one.word)} ({count(one.count)})",
        )
        for one in counts
    )


def quarter_choices(counts: Sequence[WordCount]) -> tuple[Choice, ...]:
    """Return quarters with their counts: "Q1 2027 (23)"."""
    return tuple(
        Choice(one.word, f"{one.word[5:]} {one.word[:4]} ({count(one.count)})")
        for one in counts
    )


def _signed(days: int) -> str:
    """Return days with a true minus sign, as wide as a digit."""
    return f"{days:,}".replace("-", "−")


def _rule(one: DecisionView) -> str:
    if one.override:
        return f"Person · rules: {one.rule}"
    return f"{one.rule} · {one.confidence:.2f}"


def _inputs(inputs: Mapping[str, Any]) -> Iterable[InputLine]:
    for name, told in inputs.items():
        facts = told if isinstance(told, Mapping) else {"value": told}
        value = facts.get("value")
        words = SUPPORT_WORDS.get(str(value)) or value_words(value)
        yield InputLine(_label(name), words, _note(facts))


def _note(facts: Mapping[str, Any]) -> str:
    source = str(facts.get("source") or "")
    said = [_SOURCE_WORDS.get(source) or _opened(source)]
    if facts.get("threshold") is not None:
        said.append(f"threshold {value_words(facts['threshold'])}")
    return " · ".join(filter(None, said))


def _opened(source: str) -> str:
    """Return a source as the beginning of a sentence."""
    words = source.replace("_", " ")
    return words[:1].upper() + words[1:]


def _said(inputs: Mapping[str, Any]) -> str:
    return ", ".join(f"{one.name}: {one.value}" for one in _inputs(inputs))


def _label(name: str) -> str:
    known = ASSET_FIELDS.get(name)
    return known.label if known else slug_words(name)


def _quarters(as_of: date) -> Iterable[str]:
    quarter = as_of.year * 4 + (as_of.month - 1) // 3
    for number in range(quarter, quarter + QUARTERS_SHOWN):
        yield f"{number // 4} Q{number % 4 + 1}"
