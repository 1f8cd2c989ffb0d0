"""Admin: runs that failed, are stuck or crash again and again, across clients."""

import reflex as rx

from discovery_app.components.buttons import link_button, plain_button, primary_button
from discovery_app.components.code_block import folded
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import (
    Column,
    Selecting,
    Sorting,
    data_table,
    pager,
)
from discovery_app.components.drawer import drawer, drawer_section
from discovery_app.components.empty_state import empty_state
from discovery_app.components.facts import facts
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import stack, with_drawer
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import LOOKS, status_label
from discovery_app.components.table_row import (
    cell,
    number_cell,
    row_checkbox,
    table_row,
    two_lines,
)
from discovery_app.components.tokens import Tone, how_many, said, when_said
from discovery_app.domain.board_lines import BoardLine
from discovery_app.pages.admin_bulk import bulk_actions, bulk_notices
from discovery_app.states.admin_runs import AdminRunsState
from discovery_app.states.session import SessionState

COLUMNS = (
    Column("File and phase", "280px", key="file"),
    Column("Status", "148px", key="attention"),
    Column("Client and engagement", "184px", key="client"),
    Column("Error"),
    Column("Attempts", "96px", numeric=True, key="attempts"),
    Column("Changed", "96px", numeric=True),
)
STATUSES = ("stuck", "failed", "retry_wait", "running", "queued", "paused")
OPENED = AdminRunsState.opened


@rx.page(
    route="/admin/runs",
    title="Runs · Discovery",
    on_load=[SessionState.load, SessionState.watch, AdminRunsState.watch],
)
def admin_runs() -> rx.Component:
    """Show the runs in trouble, one of them in a drawer, and what to do with it."""
    return frame(
        "Runs",
        page_header(
            "Runs",
            bulk_actions(),
            _retry_many(),
            subtitle="Failed, stuck and crash-looping runs of every client",
        ),
        notice(AdminRunsState.problem, tone=Tone.BAD),
        notice(AdminRunsState.notice, on_dismiss=AdminRunsState.dismiss),
        notice(AdminRunsState.done, tone=Tone.GOOD, on_dismiss=AdminRunsState.dismiss),
        bulk_notices(),
        with_drawer(
            stack(_filters(), _table()), _drawer(), AdminRunsState.open_id != ""
        ),
        _retry_dialog(),
        _cancel_dialog(),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _retry_many() -> rx.Component:
    some = AdminRunsState.to_retry
    picked = how_many(AdminRunsState.picked)
    button = primary_button(
        said(
            rx.match(
                some, (0, "Retry runs…"), (1, "Retry 1 run…"), f"Retry {some} runs…"
            )
        ),
        "rotate_ccw",
        disabled=some == 0,
        on_click=AdminRunsState.ask("retry_many"),
    )
    dialog = confirm_dialog(
        None,
        f"Retry {some} of the {picked} selected?",
        "Each failed run starts again in place at the phase that failed; earlier "
        "phases are kept. Selected runs that have not failed are left alone.",
        "Retry runs",
        on_confirm=AdminRunsState.retry_many,
        reason=AdminRunsState.reason,
        on_reason=AdminRunsState.write_reason,
        reason_hint="The storage answers again",
        is_open=AdminRunsState.question == "retry_many",
        on_open_change=AdminRunsState.ask_no_more,
    )
    return rx.fragment(button, dialog)


def _filters() -> rx.Component:
    return filter_bar(
        "Search client, file or owner",
        [
            filter_chip(
                "Status",
                [(one, LOOKS[one].word) for one in STATUSES],
                AdminRunsState.query.status,
                lambda value: AdminRunsState.pick("status", value),
                any_word="All in trouble",
            )
        ],
        value=AdminRunsState.query.q,
        on_change=AdminRunsState.search,
        count=rx.cond(AdminRunsState.loading, "", AdminRunsState.total),
        on_clear=AdminRunsState.clear,
        filtered=AdminRunsState.is_filtered,
    )


def _table() -> rx.Component:
    return data_table(
        "Runs",
        COLUMNS,
        AdminRunsState.lines,
        _row,
        sorting=Sorting(
            AdminRunsState.sort, AdminRunsState.descending, AdminRunsState.sort_by
        ),
        selecting=Selecting(AdminRunsState.all_picked, AdminRunsState.select_all),
        loading=AdminRunsState.loading,
        empty=rx.cond(
            AdminRunsState.is_filtered,
            empty_state("search_x", "No run fits these filters", "Take a filter back."),
            empty_state(
                "circle_check",
                "Nothing needs an admin",
                "No run has failed, is stuck or is tried again and again.",
            ),
        ),
        min_width="960px",
        footer=pager(
            AdminRunsState.shown,
            AdminRunsState.previous_page,
            AdminRunsState.next_page,
            AdminRunsState.previous_cursor != "",
            AdminRunsState.next_cursor != "",
        ),
    )


def _row(row: BoardLine) -> rx.Component:
    return table_row(
        two_lines(row.title, row.context),
        cell(status_label(row.status)),
        cell(two_lines(row.client, row.engagement)),
        cell(two_lines(row.wrong, row.error_type)),
        number_cell(row.attempts),
        cell(
            relative_time(row.changed, row.changed_age, phrase=False),
            justify="end",
            class_name="num nowrap",
        ),
        on_open=AdminRunsState.open(row.workflow_id),
        select=row_checkbox(
            f"Select {row.title}",
            AdminRunsState.picked.contains(row.workflow_id),
            lambda on: AdminRunsState.select(row.workflow_id, on),
        ),
        selected=AdminRunsState.open_id == row.workflow_id,
    )


def _drawer() -> rx.Component:
    return drawer(
        OPENED.title,
        rx.flex(
            link_button("Open the workflow", OPENED.href),
            rx.cond(
                OPENED.can_retry,
                plain_button(
                    "Retry…", "rotate_ccw", on_click=AdminRunsState.ask("retry")
                ),
            ),
            rx.cond(
                OPENED.can_cancel,
                plain_button("Cancel run…", on_click=AdminRunsState.ask("cancel")),
            ),
            gap="8px",
            wrap="wrap",
            margin_top="12px",
        ),
        when_said(
            OPENED.wrong,
            drawer_section(
                "What is wrong",
                rx.text(OPENED.wrong, size="2", class_name="breaks"),
                folded("Traceback", OPENED.traceback),
            ),
        ),
        drawer_section(
            "Run",
            facts(
                {
                    "Status": status_label(OPENED.status),
                    "Phase": OPENED.phase,
                    "Error": rx.cond(OPENED.error_type != "", OPENED.error_type, "–"),
                    "Attempts": OPENED.attempts,
                    "Last worker": rx.cond(OPENED.worker != "", OPENED.worker, "–"),
                    "Started by": OPENED.owner,
                    "Started": relative_time(OPENED.started, OPENED.age, phrase=False),
                    "Changed": relative_time(
                        OPENED.changed, OPENED.changed_age, phrase=False
                    ),
                }
            ),
        ),
        on_close=AdminRunsState.open(""),
        subtitle=f"{OPENED.client} · {OPENED.engagement}",
    )


def _retry_dialog() -> rx.Component:
    return confirm_dialog(
        None,
        f"Retry {OPENED.title} from {OPENED.phase}?",
        "The phases before it are kept. It starts again in place with fresh "
        "attempts, then the others follow.",
        "Retry run",
        on_confirm=AdminRunsState.retry,
        reason=AdminRunsState.reason,
        on_reason=AdminRunsState.write_reason,
        reason_hint="The storage answers again",
        is_open=AdminRunsState.question == "retry",
        on_open_change=AdminRunsState.ask_no_more,
    )


def _cancel_dialog() -> rx.Component:
    return confirm_dialog(
        None,
        f"Cancel the run of {OPENED.title}?",
        "The phase in work ends at its next report. What is not yet published stays "
        "out of the inventory; the uploaded files are kept.",
        "Cancel run",
        on_confirm=AdminRunsState.cancel,
        reason=AdminRunsState.reason,
        on_reason=AdminRunsState.write_reason,
        reason_hint="The client sent the wrong export",
        danger=True,
        is_open=AdminRunsState.question == "cancel",
        on_open_change=AdminRunsState.ask_no_more,
    )
