"""The data issues of an import: where each is, and what to do about it."""

import reflex as rx

from discovery_app.components.buttons import link_button, plain_button
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.empty_state import empty_state
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import stack, tiles, with_drawer
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import section
from discovery_app.components.status_badge import StatusLook, look_label, status_badge
from discovery_app.components.table_row import cell, clipped, number_cell, table_row
from discovery_app.components.tokens import MUTED, Tone, Words, said, when
from discovery_app.domain.issue_lines import IssueGroupLine, IssueLine
from discovery_app.pages.row_corrections import (
    correct_button,
    corrections_made,
    row_drawer,
    waiting_corrections,
)
from discovery_app.states.import_issues import ImportIssuesState as State
from discovery_app.states.row_corrections import RowCorrectionsState
from discovery_app.states.session import SessionState

LOOKS = {
    "error": StatusLook("Error", "circle_x", Tone.BAD),
    "warning": StatusLook("Warning", "triangle_alert", Tone.ATTENTION),
    "info": StatusLook("Note", "info", Tone.NEUTRAL),
}
SEVERITIES = (("error", "Errors"), ("warning", "Warnings"), ("info", "Notes"))
GROUP_COLUMNS = (
    Column("Rule", "232px"),
    Column("Severity", "112px"),
    Column("Issues", "88px", numeric=True),
    Column("First one"),
    Column("What to do"),
)
COLUMNS = (
    Column("File and sheet", "200px"),
    Column("Row", "64px", numeric=True),
    Column("Severity", "108px"),
    Column("Column", "120px"),
    Column("Value", "136px"),
    Column("What is wrong, and what to do"),
    Column("", "96px"),
)


@rx.page(
    route="/workflows/[workflow_id]/issues",
    title="Data issues · Discovery",
    on_load=[
        SessionState.load,
        SessionState.watch,
        State.watch,
        RowCorrectionsState.watch,
    ],
)
def import_issues() -> rx.Component:
    """Return the page of an import's data issues."""
    page = State.page
    return frame(
        "Workflows",
        page_header(
            "Data issues",
            when(
                page.again != "",
                link_button("Import corrected rows", page.again, "cloud_upload"),
            ),
            when(
                page.has_rejected,
                link_button(
                    "Rejected rows",
                    _download("rejected-rows.csv"),
                    "download",
                    download=True,
                ),
            ),
            when(
                said(page.total) != "0",
                link_button(
                    "All issues", _download("issues.csv"), "download", download=True
                ),
            ),
            subtitle="Every problem of the files, with its row as the spreadsheet "
            "numbers it.",
            beside=when(page.status != "", status_badge(page.status)),
            trail=(
                ("Workflows", "/workflows"),
                (page.title, "/workflows/" + page.workflow_id),
            ),
        ),
        notice(State.problem),
        waiting_corrections(),
        _tiles(),
        _filters(),
        with_drawer(
            stack(
                rx.cond(
                    ~State.loading & (said(page.found) == "0"),
                    _nothing(),
                    stack(_groups(), _issues()),
                ),
                corrections_made(),
            ),
            row_drawer(),
            RowCorrectionsState.editor.title != "",
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _download(name: str) -> Words:
    return "/api/v1/workflows/" + State.page.workflow_id + f"/{name}"


def _tiles() -> rx.Component:
    page = State.page
    base = "/workflows/" + page.workflow_id + "/issues"
    return tiles(
        metric_tile(
            "Errors",
            page.errors,
            "keep a row or a value out",
            "circle_x",
            tone=Tone.BAD,
            href=base + "?severity=error",
        ),
        metric_tile(
            "Warnings",
            page.warnings,
            "taken in, worth a look",
            "triangle_alert",
            tone=Tone.ATTENTION,
            href=base + "?severity=warning",
        ),
        metric_tile(
            "Notes",
            page.notes,
            "what was noticed on the way",
            "info",
            href=base + "?severity=info",
        ),
        metric_tile(
            "Rejected rows",
            page.rejected,
            "could not become an asset",
            "circle_slash",
            href=base + "?severity=error",
        ),
    )


def _filters() -> rx.Component:
    page, query = State.page, State.query
    return filter_bar(
        "Search value or message",
        (
            filter_chip("Severity", SEVERITIES, query.severity, State.pick_severity),
            filter_chip("Rule", page.rules, query.rule, State.pick_rule),
            filter_chip("Column", page.columns, query.column, State.pick_column),
        ),
        value=query.q,
        on_change=State.search,
        count=rx.cond(
            State.loading, "", said(page.found) + " of " + said(page.total) + " issues"
        ),
        on_clear=State.clear,
        filtered=State.is_filtered,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        State.is_filtered,
        empty_state(
            "search_x",
            "No issue fits these filters",
            "Clear the filters to see every issue.",
            plain_button("Clear filters", on_click=State.clear),
        ),
        empty_state(
            "circle_check",
            "No issues",
            "Nothing was found wrong with these files so far. Issues appear here "
            "while the workflow runs.",
        ),
    )


def _groups() -> rx.Component:
    return section(
        "By rule",
        data_table(
            "Issues by rule",
            GROUP_COLUMNS,
            State.page.groups,
            _group_row,
            loading=State.loading,
            min_width="960px",
        ),
    )


def _group_row(row: IssueGroupLine) -> rx.Component:
    return table_row(
        rx.text(row.title, size="2", weight="medium"),
        cell(_severity(row.severity)),
        number_cell(row.count),
        cell(clipped(row.example)),
        cell(clipped(row.fix)),
        on_open=State.pick_rule(row.rule),
        selected=State.query.rule == row.rule,
    )


def _issues() -> rx.Component:
    return section(
        "Issues",
        data_table(
            "Issues, the worst first",
            COLUMNS,
            State.page.lines,
            _row,
            loading=State.loading,
            min_width="960px",
            cards=True,
            footer=pager(
                State.page.shown,
                State.previous_page,
                State.next_page,
                State.page.has_previous,
                State.page.has_next,
            ),
        ),
    )


def _row(row: IssueLine) -> rx.Component:
    return table_row(
        _place(row),
        number_cell(row.row),
        cell(_severity(row.severity)),
        cell(clipped(row.column, size="2")),
        cell(
            rx.cond(
                row.value != "",
                rx.el.code(row.value, class_name="sample", title=row.value),
                rx.cond(
                    row.is_cell,
                    rx.text("empty", size="1", color=MUTED),
                    rx.fragment(),
                ),
            )
        ),
        cell(
            rx.text(row.message, size="2"),
            rx.text(row.fix, size="1", color=MUTED),
        ),
        cell(correct_button(row.file, row.sheet, row.number), justify="end"),
    )


def _place(row: IssueLine) -> rx.Component:
    return rx.box(
        rx.text(
            row.file, size="2", weight="medium", class_name="two-lines", title=row.file
        ),
        rx.text(
            row.sheet, size="1", color=MUTED, class_name="truncate", title=row.sheet
        ),
    )


def _severity(severity: Words) -> rx.Component:
    return rx.fragment(
        rx.match(
            severity,
            *[(key, look_label(look)) for key, look in LOOKS.items()],
            rx.fragment(),
        )
    )
