"""The inventory: every asset of an engagement, and where each value came from."""

import reflex as rx
from reflex.vars import StringVar

from discovery_app.components.buttons import plain_button
from discovery_app.components.chosen_table import chosen_table
from discovery_app.components.column_chooser import column_chooser
from discovery_app.components.data_table import Sorting
from discovery_app.components.drawer import drawer, drawer_section, verdict
from discovery_app.components.empty_state import empty_state
from discovery_app.components.export_menu import export_menu
from discovery_app.components.facts import facts, sourced
from discovery_app.components.filter_bar import filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import stack, tiles, with_drawer
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.support_label import support_label
from discovery_app.components.table_row import table_row, two_lines
from discovery_app.components.tokens import MUTED, Tone, how_many, said, when, when_said
from discovery_app.domain.asset_page import (
    FILTERED,
    AssetCell,
    AssetRow,
    ConflictLine,
    FactLine,
    FindingLine,
    OriginLine,
)
from discovery_app.knowledge.tool_formats import TOOL_FORMATS
from discovery_app.pages.asset_edits import edit_dialog, edit_notices
from discovery_app.pages.list_parts import list_pager, picking, search_bar
from discovery_app.states.assets import AssetsState
from discovery_app.states.session import SessionState

CHIPS = (
    "Type",
    "Environment",
    "Power",
    "Criticality",
    "In scope",
    "Advice",
    "Support",
)
"""The words of ``FILTERED``."""


@rx.page(
    route="/engagements/[engagement_id]/assets",
    title="Inventory · Discovery",
    on_load=[SessionState.load, SessionState.watch, AssetsState.watch],
)
def assets() -> rx.Component:
    """Show the list, and the asset that is open beside it."""
    return frame(
        "Inventory",
        page_header(
            "Inventory",
            when(AssetsState.may_decide, edit_dialog()),
            column_chooser(
                AssetsState.listed.offered,
                AssetsState.show_column,
                AssetsState.default_columns,
            ),
            export_menu(
                (
                    ("Assets", _exports() + "assets"),
                    ("Mappings", _exports() + "mappings"),
                ),
                files=tuple(
                    (f"For {form.title}", _exports() + f"tools/{form.tool}")
                    for form in TOOL_FORMATS.values()
                ),
            ),
            subtitle="Everything the imports told, with its source",
        ),
        notice(AssetsState.problem, tone=Tone.BAD),
        notice(AssetsState.failure, tone=Tone.BAD, on_dismiss=AssetsState.dismiss),
        notice(AssetsState.notice, tone=Tone.GOOD, on_dismiss=AssetsState.dismiss),
        edit_notices(),
        _tiles(),
        with_drawer(
            stack(_filters(), _list()), _drawer(), AssetsState.detail.name != ""
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _exports() -> StringVar:
    return said("/api/v1/engagements/") + AssetsState.engagement_id + "/exports/"


def _page() -> StringVar:
    return said("/engagements/") + AssetsState.engagement_id


def _tiles() -> rx.Component:
    shown = AssetsState.tiles
    here = _page() + "/assets"
    return tiles(
        metric_tile("Assets", shown.assets, shown.assets_note, "boxes", href=here),
        metric_tile(
            "In scope",
            shown.in_scope,
            shown.in_scope_note,
            "target",
            href=here + "?in_scope=true",
        ),
        metric_tile(
            "Applications",
            shown.applications,
            shown.applications_note,
            "layout_grid",
            href=_page() + "/dependencies",
        ),
        metric_tile(
            "Open conflicts",
            shown.conflicts,
            shown.conflicts_note,
            "git_compare_arrows",
            href=_page() + "/conflicts",
        ),
    )


def _filters() -> rx.Component:
    query = AssetsState.query
    chips = [
        filter_chip(
            label,
            AssetsState.facets[at],
            getattr(query, name),
            picking(AssetsState, name),
        )
        for at, (name, label) in enumerate(zip(FILTERED, CHIPS, strict=True))
    ]
    chips.append(
        filter_chip(
            "Conflicts",
            (("yes", "open"),),
            query.disputed,
            picking(AssetsState, "disputed"),
        )
    )
    return search_bar(AssetsState, "Search name, address, owner", chips)


def _list() -> rx.Component:
    listed = AssetsState.listed
    return chosen_table(
        "Assets",
        ("Asset", "asset_name"),
        listed.columns,
        listed.rows,
        _row,
        sorting=Sorting(AssetsState.sort, AssetsState.descending, AssetsState.sort_by),
        loading=AssetsState.loading,
        empty=_empty(),
        min_width=listed.min_width,
        footer=list_pager(AssetsState),
    )


def _empty() -> rx.Component:
    return rx.cond(
        AssetsState.is_filtered,
        empty_state(
            "search_x",
            "No asset fits these filters",
            "Take a filter back, or search for fewer words.",
            plain_button("Clear filters", on_click=AssetsState.clear),
        ),
        empty_state(
            "boxes",
            "No assets yet",
            "They come with the first import that is published. Import the client's "
            "inventory files, and approve the mapping if it waits.",
        ),
    )


def _row(row: AssetRow) -> rx.Component:
    return table_row(
        two_lines(row.name, row.context),
        rx.foreach(row.cells, _cell),
        on_open=AssetsState.open(row.asset_id),
        selected=AssetsState.query.asset == row.asset_id,
    )


def _cell(one: AssetCell) -> rx.Component:
    words = rx.text(
        one.words,
        size="2",
        class_name=rx.cond(said(one.kind) == "number", "num nowrap", "truncate"),
        title=one.words,
    )
    text = rx.cond(said(one.note) != "", two_lines(one.words, one.note), words)
    support = rx.cond(said(one.words) != "", support_label(one.words), rx.text("–"))
    return rx.table.cell(
        rx.cond(said(one.kind) == "support", support, text),
        text_align=rx.cond(said(one.kind) == "number", "right", "left"),
    )


def _drawer() -> rx.Component:
    shown = AssetsState.detail
    return drawer(
        shown.name,
        when_said(
            shown.advice, verdict(shown.advice, shown.advice_why, shown.advice_note)
        ),
        when(how_many(shown.conflicts) > 0, _conflicts()),
        drawer_section(
            "Place",
            facts(
                {
                    "Scope": shown.scope,
                    "Dependencies": shown.dependencies,
                    "Move group": shown.group,
                    "Changed": shown.changed,
                }
            ),
            rx.text(shown.type_why, size="1", color=MUTED, margin_top="8px"),
        ),
        when(
            how_many(shown.findings) > 0,
            drawer_section("Support", rx.foreach(shown.findings, _finding)),
        ),
        drawer_section(
            "What is known, and from where",
            rx.el.dl(rx.foreach(shown.facts, _fact), class_name="inputs"),
        ),
        drawer_section("Rows that told it", rx.foreach(shown.origins, _origin)),
        on_close=AssetsState.close,
        subtitle=shown.subtitle,
    )


def _fact(line: FactLine) -> rx.Component:
    return rx.fragment(
        when_said(
            line.group,
            rx.text(line.group, size="1", color=MUTED, padding_top="12px"),
        ),
        sourced(line.name, line.value, line.source),
    )


def _finding(line: FindingLine) -> rx.Component:
    return rx.box(
        rx.flex(
            rx.text(line.product, size="2", class_name="breaks"),
            support_label(line.state),
            justify="between",
            gap="8px",
        ),
        when_said(line.due, rx.text(line.due, size="1", class_name="num")),
        rx.text(line.evidence, size="1", color=MUTED),
        padding="6px 0",
    )


def _origin(line: OriginLine) -> rx.Component:
    return rx.box(
        rx.text(line.place, size="2", class_name="breaks"),
        rx.text(line.note, size="1", color=MUTED),
        padding="4px 0",
    )


def _conflicts() -> rx.Component:
    return drawer_section(
        "Sources disagree", rx.foreach(AssetsState.detail.conflicts, _conflict)
    )


def _conflict(line: ConflictLine) -> rx.Component:
    return rx.box(
        rx.text(line.label, size="2", weight="medium"),
        rx.text(line.why, size="1", color=MUTED),
        _side("Known", line.kept, line.kept_source),
        _side("Offered", line.offered, line.offered_source),
        when(
            AssetsState.may_decide,
            rx.flex(
                plain_button(
                    "Keep what is known",
                    size="1",
                    on_click=AssetsState.resolve(line.conflict_id, True),
                ),
                plain_button(
                    "Take what was offered",
                    size="1",
                    on_click=AssetsState.resolve(line.conflict_id, False),
                ),
                gap="8px",
                margin_top="8px",
                wrap="wrap",
            ),
        ),
        padding="8px 0",
    )


def _side(word: str, value: str, source: str) -> rx.Component:
    return rx.el.dl(sourced(word, value, source), class_name="inputs")
