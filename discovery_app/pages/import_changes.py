"""What an import changed: each asset, field by field; and the way back."""

import reflex as rx
from reflex.vars import StringVar

from discovery_app.components.buttons import link_button, plain_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.effect_list import effect_list
from discovery_app.components.empty_state import empty_state
from discovery_app.components.export_menu import export_menu
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import tiles
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.status_badge import StatusLook, look_label, status_badge
from discovery_app.components.table_row import cell, clipped, table_row, two_lines
from discovery_app.components.tokens import (
    MUTED,
    Tone,
    Words,
    how_many,
    said,
    when,
    when_said,
)
from discovery_app.domain.change_lines import ChangeLine, FieldLine
from discovery_app.states.import_changes import ImportChangesState as State
from discovery_app.states.session import SessionState

LOOKS = {
    "created": StatusLook("Created", "circle_plus", Tone.GOOD),
    "updated": StatusLook("Changed", "pencil", Tone.ACTIVE),
    "unchanged": StatusLook("Unchanged", "equal", Tone.NEUTRAL),
    "gone": StatusLook("Gone", "circle_minus", Tone.ATTENTION),
}
KINDS = tuple((key, look.word) for key, look in LOOKS.items())
COLUMNS = (
    Column("Asset", "216px"),
    Column("What happened", "128px"),
    Column("Fields, from → to"),
    Column("Told by", "264px"),
)


@rx.page(
    route="/workflows/[workflow_id]/changes",
    title="Changes of an import · Discovery",
    on_load=[SessionState.load, SessionState.watch, State.watch],
)
def import_changes() -> rx.Component:
    """Return the page of what an import changed."""
    page = State.page
    return frame(
        "Workflows",
        page_header(
            "Changes in the inventory",
            when(
                page.workflow_id != "",
                export_menu((("Changes", _route() + "/changes"),)),
            ),
            when(page.may_undo, _undo()),
            subtitle="What this import did to each asset, as far as it was not taken "
            "back.",
            beside=when(page.status != "", status_badge(page.status)),
            trail=(
                ("Workflows", "/workflows"),
                (page.title, "/workflows/" + page.workflow_id),
            ),
        ),
        notice(State.problem),
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
        _tiles(),
        _filters(),
        data_table(
            "Assets that the import spoke of",
            COLUMNS,
            page.lines,
            _row,
            loading=State.loading,
            empty=_nothing(),
            min_width="960px",
            cards=True,
            footer=pager(
                page.shown,
                State.previous_page,
                State.next_page,
                page.has_previous,
                page.has_next,
            ),
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _route() -> StringVar:
    return said("/api/v1/workflows/") + State.page.workflow_id


def _tiles() -> rx.Component:
    page = State.page
    here = "/workflows/" + page.workflow_id + "/changes?kind="
    return tiles(
        metric_tile(
            "Created", page.created, "new assets", "circle_plus", href=here + "created"
        ),
        metric_tile(
            "Changed", page.updated, "field by field", "pencil", href=here + "updated"
        ),
        metric_tile(
            "Unchanged",
            page.unchanged,
            "said what was known",
            "equal",
            href=here + "unchanged",
        ),
        metric_tile(
            "Gone",
            page.gone,
            page.gone_note,
            "circle_minus",
            href=here + "gone",
        ),
    )


def _filters() -> rx.Component:
    return filter_bar(
        "Search asset",
        (filter_chip("What happened", KINDS, State.query.kind, State.pick_kind),),
        value=State.query.q,
        on_change=State.search,
        count=rx.cond(
            State.loading,
            "",
            said(State.page.found) + " of " + said(State.page.total) + " assets",
        ),
        on_clear=State.clear,
        filtered=State.is_filtered,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        State.is_filtered,
        empty_state(
            "search_x",
            "No asset fits these filters",
            "Clear the filters to see everything that the import did.",
            plain_button("Clear filters", on_click=State.clear),
        ),
        empty_state(
            "git_compare_arrows",
            "Nothing in the inventory comes from this import",
            "It was not published yet, or was taken back. Changes appear here once "
            "the last phase is done.",
            link_button("Open the workflow", "/workflows/" + State.page.workflow_id),
        ),
    )


def _row(row: ChangeLine) -> rx.Component:
    return table_row(
        two_lines(row.name, row.asset_type),
        cell(_kind(row.kind)),
        cell(rx.foreach(row.changed, _field)),
        cell(clipped(row.place)),
        href=row.href,
    )


def _kind(kind: Words) -> rx.Component:
    looks = [(key, look_label(look)) for key, look in LOOKS.items()]
    return rx.fragment(rx.match(kind, *looks, rx.fragment()))


def _field(line: FieldLine) -> rx.Component:
    return rx.box(
        rx.flex(
            rx.text(line.label, size="2", weight="medium"),
            _value(line.before),
            rx.icon("arrow_right", size=14, color=MUTED, aria_label="became"),
            _value(line.after),
            align="center",
            gap="4px 8px",
            wrap="wrap",
        ),
        when_said(
            line.before_from,
            rx.text("was told by ", line.before_from, size="1", color=MUTED),
        ),
        padding="2px 0",
    )


def _value(value: Words) -> rx.Component:
    return rx.cond(
        value != "",
        rx.el.code(value, class_name="sample", title=value),
        rx.text("empty", size="1", color=MUTED),
    )


def _undo() -> rx.Component:
    asking = State.asking
    return confirm_dialog(
        plain_button("Take this import back…", "undo_2"),
        "Take this import back?",
        "The uploaded files, the workflow and its history stay.",
        "Take it back",
        on_confirm=State.undo,
        content=rx.box(
            effect_list(asking),
            when(
                asking.nothing,
                rx.text("There is nothing to take back.", size="2", weight="medium"),
            ),
        ),
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="The wrong month's export",
        danger=True,
        blocked=asking.nothing | (how_many(asking.does) == 0),
        on_open_change=State.ask,
    )
