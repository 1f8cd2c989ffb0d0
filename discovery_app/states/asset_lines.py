"""The inventory in words, as its page draws it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from discovery_app.domain.asset_edits import PERSON
from discovery_app.domain.asset_page import (
    FILTERED,
    AssetDetail,
    AssetList,
    AssetQuery,
    AssetRow,
    AssetTiles,
    ConflictLine,
    FactLine,
    FindingLine,
    OriginLine,
)
from discovery_app.domain.conflict_lines import RULES
from discovery_app.domain.display import Choice
from discovery_app.domain.inventory import (
    AssetLine,
    AssetPage,
    AssetView,
    ConflictView,
    Facet,
    FieldFact,
    FindingView,
    InventorySummary,
    Origin,
)
from discovery_app.domain.value_words import (
    day_words,
    range_words,
    slug_words,
    value_words,
)
from discovery_app.domain.words import count, counted, exact, percent
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.states.asset_columns import cell_of, columns

CONTEXT = ("hostname", "fqdn", "ip_address", "application_name")
"""Read with each row; the first that says more than the name stands under it."""

_SUPPORT = {
    "supported": "Supported",
    "eol_within_12_months": "Within 12 months",
    "extended_only": "Extended only",
    "eol": "Ended",
    "version_ambiguous": "Ambiguous",
    "unknown_product": "Unknown",
}
_NAME_WIDTH = 216


NO_FACETS: Final = ((),) * len(FILTERED)
"""Before they are counted."""


def listed(query: AssetQuery, page: AssetPage, total: int) -> AssetList:
    """Return the list in words.

    Args:
        query: What was asked for.
        page: What was found.
        total: Assets of the whole inventory.
    """
    shown = [columns()[key] for key in query.columns if key in columns()]
    width = _NAME_WIDTH + sum(int(one.width.removesuffix("px")) for one in shown)
    keys = {one.key for one in shown}
    return AssetList(
        columns=tuple(shown),
        offered=tuple(
            replace(one, shown=one.key in keys) for one in columns().values()
        ),
        rows=tuple(_row(line, [one.key for one in shown]) for line in page.lines),
        shown=range_words(page.offset, len(page.lines), page.total),
        count=f"{count(page.total)} of {counted(total, 'asset')}",
        min_width=f"{width}px",
        has_previous=query.number > 1,
        has_next=bool(page.next_cursor),
        total=total,
    )


def tiles(summary: InventorySummary) -> AssetTiles:
    """Return the headline numbers in words."""
    outside = summary.assets - summary.in_scope
    quality = summary.quality_fraction
    return AssetTiles(
        assets=count(summary.assets),
        assets_note=f"{count(summary.cpu_cores)} cores, "
        f"{count(round(summary.memory_mb / 1024))} GB memory, "
        f"{count(round(summary.storage_provisioned_gb))} GB storage",
        in_scope=count(summary.in_scope),
        in_scope_note=f"{count(outside)} out of scope" if outside else "All of them",
        applications=count(summary.applications),
        applications_note=counted(summary.dependencies, "dependency", "dependencies"),
        conflicts=count(summary.open_conflicts),
        conflicts_note="Data quality of the newest import: " + percent(quality)
        if quality is not None
        else "Sources that disagree",
    )


def detail(view: AssetView) -> AssetDetail:
    """Return one asset in words."""
    advice = view.decision
    return AssetDetail(
        asset_id=str(view.asset_id),
        name=view.asset_name,
        subtitle=_subtitle(view),
        scope="In scope"
        if view.in_scope
        else f"Out of scope: {view.scope_reason or 'no reason was given'}",
        type_why=f"{view.type_reason} Rule {view.type_rule}, "
        f"confidence {view.type_confidence:.2f}.",
        advice=slug_words(advice.holds) if advice else "",
        advice_why=(advice.override_reason or advice.reason) if advice else "",
        advice_note=_advice_note(view),
        dependencies=f"{count(view.inbound)} in, {count(view.outbound)} out",
        group=f"Group {view.group_number}, wave {view.wave}"
        if view.group_number is not None
        else "None",
        changed=exact(view.updated_at),
        facts=tuple(_facts(view.facts)),
        findings=tuple(_finding(one) for one in view.findings),
        conflicts=tuple(_conflict(one) for one in view.conflicts),
        origins=tuple(OriginLine(_place(one), _told(one)) for one in view.origins),
    )


def source_words(origin: Origin | None) -> str:
    """Return where a value came from: "RVTools · vInfo, row 7 · 22 Nov 2026"."""
    if origin is None:
        return ""
    seen = day_words(origin.seen_at.date()) if origin.seen_at else ""
    if origin.source == PERSON:
        return " · ".join(filter(None, (f"decided by {origin.file}", seen)))
    return " · ".join(filter(None, (_place(origin), seen)))


def _row(line: AssetLine, keys: Sequence[str]) -> AssetRow:
    known = (value_words(line.cells[name]) for name in CONTEXT if line.cells[name])
    others = [one for one in known if one.lower() != line.asset_name.lower()]
    context = others[0] if others else ""
    if line.conflicts:
        disputed = counted(line.conflicts, "conflict")
        context = f"{context} · {disputed}" if context else disputed
    return AssetRow(
        str(line.asset_id),
        line.asset_name,
        context,
        tuple(cell_of(line, key) for key in keys),
    )


def facets(found: Sequence[Facet]) -> tuple[tuple[Choice, ...], ...]:
    """Return each facet's words with their counts, in the order of ``FILTERED``."""
    known = {facet.column: facet for facet in found}
    return tuple(
        tuple(
            Choice(one.word, f"{_word(column, one.word)} ({count(one.count)})")
            for one in known[column].counts
        )
        for column in FILTERED
    )


def _word(column: str, word: str) -> str:
    return _SUPPORT.get(word, word) if column == "support_state" else slug_words(word)


def _subtitle(view: AssetView) -> str:
    values = {fact.field: fact for fact in view.facts}
    words = [
        value_words(values[name].value, is_word=ASSET_FIELDS[name].type == "enum")
        for name in ("asset_type", "environment", "operating_system")
        if name in values
    ]
    return " · ".join(words)


def _advice_note(view: AssetView) -> str:
    advice = view.decision
    if advice is None:
        return ""
    rules = f"Rule {advice.rule} · confidence {advice.confidence:.2f}"
    if not advice.override:
        return rules
    decided = f"Decided by {advice.override_by}"
    return f"{decided}; the rules advise {slug_words(advice.treatment).lower()}"


def _facts(facts: Iterable[FieldFact]) -> Iterable[FactLine]:
    before = ""
    for fact in facts:
        field = ASSET_FIELDS.get(fact.field)
        words = value_words(fact.value, is_word=bool(field and field.type == "enum"))
        yield FactLine(
            name=fact.label,
            value=words,
            source=source_words(fact.origin),
            group=fact.group if fact.group != before else "",
        )
        before = fact.group


def _finding(one: FindingView) -> FindingLine:
    product = " ".join(filter(None, (one.product, one.cycle))) or one.raw
    return FindingLine(product, one.state, days_words(one), one.evidence)


def days_words(one: FindingView) -> str:
    """Return the date that a state is about: "until 12 Jan 2027, 51 days left"."""
    if one.due is None or one.days_left is None:
        return ""
    day = day_words(one.due)
    if one.days_left < 0:
        return f"ended {day}, {counted(-one.days_left, 'day')} ago"
    return f"until {day}, {counted(one.days_left, 'day')} left"


def _conflict(one: ConflictView) -> ConflictLine:
    return ConflictLine(
        conflict_id=str(one.conflict_id),
        label=one.label,
        kept=one.kept,
        kept_source=one.kept_source,
        offered=one.offered,
        offered_source=one.offered_source,
        why=RULES.get(one.rule, slug_words(one.rule)),
    )


def _place(origin: Origin) -> str:
    row = f"row {origin.row}" if origin.row is not None else ""
    inside = ", ".join(filter(None, (origin.sheet, row)))
    return " · ".join(filter(None, (origin.file, inside)))


def _told(origin: Origin) -> str:
    told = counted(len(origin.fields), "field")
    seen = f"seen {day_words(origin.seen_at.date())}" if origin.seen_at else ""
    return " · ".join(filter(None, (slug_words(origin.source), told, seen)))
