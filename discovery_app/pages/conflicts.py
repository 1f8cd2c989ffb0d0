"""The queue of conflicts: two sources that disagree, and who is right."""

import reflex as rx
from reflex.vars import StringVar

from discovery_app.components.buttons import plain_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.empty_state import empty_state
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.table_row import cell, table_row, two_lines
from discovery_app.components.tokens import MUTED, Tone, Words, said, when, when_said
from discovery_app.domain.conflict_lines import ConflictRow
from discovery_app.states.conflicts import ConflictsState as State
from discovery_app.states.session import SessionState

COLUMNS = (
    Column("Asset and field", "216px"),
    Column("In the inventory"),
    Column("Offered instead"),
    Column("Until now", "184px"),
)


@rx.page(
    route="/engagements/[engagement_id]/conflicts",
    title="Conflicts · Discovery",
    on_load=[SessionState.load, SessionState.watch, State.watch],
)
def conflicts() -> rx.Component:
    """Return the page of an engagement's open conflicts."""
    page = State.page
    return frame(
        "Inventory",
        page_header(
            "Conflicts",
            when(page.may_decide & (State.query.source != ""), _all()),
            subtitle="Where two sources disagree. What you decide, later imports keep.",
            trail=(
                ("Inventory", said("/engagements/") + page.engagement_id + "/assets"),
            ),
        ),
        notice(State.problem),
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
        filter_bar(
            "Search asset",
            (
                filter_chip("Field", page.fields, State.query.field, State.pick_field),
                filter_chip(
                    "Source", page.sources, State.query.source, State.pick_source
                ),
            ),
            value=State.query.q,
            on_change=State.search,
            count=rx.cond(
                State.loading,
                "",
                said(page.found) + " of " + said(page.total) + " conflicts",
            ),
            on_clear=State.clear,
            filtered=State.is_filtered,
        ),
        data_table(
            "Open conflicts by field and asset",
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


def _all() -> rx.Component:
    page, query = State.page, State.query
    found: StringVar = said(page.found)
    return confirm_dialog(
        plain_button("Decide all for this source…", "check_check"),
        said("Is ") + query.source + " right?",
        rx.fragment(
            found,
            " conflicts are decided for what it says",
            rx.cond(query.field != "", ", of the chosen field only", ""),
            ". What the other sources say is not offered again.",
        ),
        "Decide all",
        on_confirm=State.resolve_all,
        # The service decides by source and field; a search would be forgotten.
        blocked=(query.q != "") | (page.number == 0),
        content=when(
            query.q != "",
            rx.text("Clear the search first: it counts for all assets.", size="2"),
        ),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        State.is_filtered,
        empty_state(
            "search_x",
            "No conflict fits these filters",
            "Clear the filters to see every open conflict.",
            plain_button("Clear filters", on_click=State.clear),
        ),
        empty_state(
            "circle_check",
            "No open conflicts",
            "Where a later import disagrees with what is known, it waits here for "
            "a decision.",
        ),
    )


def _row(row: ConflictRow) -> rx.Component:
    return table_row(
        two_lines(row.asset, row.label),
        cell(
            _side(
                row,
                row.kept,
                row.kept_source,
                row.kept_at,
                "Keep",
                keep=True,
            )
        ),
        cell(
            _side(
                row,
                row.offered,
                row.offered_source,
                row.offered_at,
                "Take",
                keep=False,
            )
        ),
        cell(rx.text(row.why, size="1", color=MUTED)),
        href=row.href,
    )


def _side(
    row: ConflictRow,
    value: Words,
    source: Words,
    at: Words,
    verb: str,
    *,
    keep: bool,
) -> rx.Component:
    return rx.flex(
        rx.box(
            rx.el.code(value, class_name="sample whole"),
            rx.text(source, size="1", class_name="breaks"),
            when_said(at, rx.text(at, size="1", color=MUTED, class_name="num")),
            min_width="0",
            flex="1",
        ),
        when(
            State.page.may_decide,
            plain_button(
                verb,
                size="1",
                on_click=State.resolve(row.conflict_id, keep),
                aria_label=f"{verb} {value} as {row.label} of {row.asset}",
            ),
        ),
        gap="8px",
        align="start",
    )
