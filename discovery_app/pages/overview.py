"""The first page after signing in: what waits, what runs, by role."""

import reflex as rx

from discovery_app.components.buttons import link_button
from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state, skeleton_lines
from discovery_app.components.frame import frame
from discovery_app.components.layout import halves
from discovery_app.components.list_row import list_row
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel, section
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import status_label
from discovery_app.components.table_row import cell, number_cell, table_row, two_lines
from discovery_app.components.tokens import (
    MUTED,
    Rows,
    Tone,
    Words,
    how_many,
    when_said,
)
from discovery_app.components.workflow_tiles import workflow_tiles
from discovery_app.domain.access import Role
from discovery_app.domain.overview_lines import EngagementLine, ListLine
from discovery_app.domain.workers import WorkerLine
from discovery_app.states.overview import OverviewState
from discovery_app.states.session import SessionState

ENGAGEMENTS = (
    Column("Engagement"),
    Column("Newest workflow", "196px"),
    Column("Assets", "96px", numeric=True),
    Column("Data quality", "148px"),
    Column("Conflicts", "96px", numeric=True),
)
WORKERS = (
    Column("Worker"),
    Column("Works on", "48%"),
    Column("Last sign of life", "144px", numeric=True),
)
IS_ADMIN = OverviewState.role == Role.ADMIN.value
IS_CONSULTANT = OverviewState.role == Role.CONSULTANT.value


@rx.page(
    route="/",
    title="Overview · Discovery",
    on_load=[SessionState.load, SessionState.watch, OverviewState.watch],
)
def overview() -> rx.Component:
    """Show consultants their work, managers the numbers, admins what is broken."""
    picked = SessionState.view.engagement_id
    return frame(
        "Overview",
        page_header(
            "Overview",
            rx.cond(
                IS_CONSULTANT & (picked != ""),
                link_button(
                    "Import files",
                    f"/engagements/{picked}/import",
                    "cloud_upload",
                    solid=True,
                ),
            ),
            subtitle=OverviewState.subtitle,
        ),
        notice(OverviewState.problem, tone=Tone.BAD),
        rx.cond(
            (OverviewState.role != "") & ~IS_CONSULTANT,
            workflow_tiles(OverviewState.tiles),
        ),
        halves(
            panel(
                rx.cond(IS_CONSULTANT, "Waits for you", "Needs a person"),
                _lines(
                    OverviewState.waits,
                    "Nothing waits: no run is stuck, failed or waiting.",
                ),
                note=_more(
                    OverviewState.waits_note,
                    "/workflows?status=stuck,failed,waiting_for_approval",
                ),
            ),
            panel(
                "Runs now",
                _lines(OverviewState.runs, "No workflow is running or queued."),
                note=_more(OverviewState.runs_note, "/workflows?status=running"),
            ),
        ),
        rx.cond(
            IS_ADMIN,
            _workers(),
            rx.cond(OverviewState.role != "", _engagements()),
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _lines(rows: Rows, nothing: str) -> rx.Component:
    none = rx.text(nothing, size="2", color=MUTED, padding_y="8px")
    return rx.cond(
        OverviewState.loading,
        skeleton_lines(4),
        rx.cond(how_many(rows) > 0, rx.box(rx.foreach(rows, _line)), none),
    )


def _line(row: ListLine) -> rx.Component:
    return list_row(
        row.status,
        row.text,
        row.context,
        row.href,
        relative_time(row.since, row.age, phrase=False),
    )


def _more(words: Words, href: str) -> rx.Component:
    return when_said(words, rx.link(words, href=href, size="1"))


def _engagements() -> rx.Component:
    return section(
        rx.cond(IS_CONSULTANT, "My engagements", "Engagements"),
        data_table(
            "Engagements",
            ENGAGEMENTS,
            OverviewState.engagements,
            _engagement,
            loading=OverviewState.loading,
            empty=empty_state(
                "briefcase",
                "No engagement yet",
                "An admin adds you to one under Admin, People.",
            ),
        ),
        note=OverviewState.engagements_note,
    )


def _engagement(row: EngagementLine) -> rx.Component:
    quiet = rx.text("–", size="2", color=MUTED)
    return table_row(
        two_lines(row.name, row.client),
        cell(
            rx.cond(
                row.status != "",
                status_label(row.status),
                rx.text("No import yet", size="2", color=MUTED),
            )
        ),
        number_cell(row.assets),
        cell(
            rx.cond(
                row.quality != "",
                rx.flex(
                    rx.progress(
                        value=row.quality_percent, size="1", aria_label="Data quality"
                    ),
                    rx.text(row.quality, size="2", class_name="num percent"),
                    align="center",
                    gap="8px",
                ),
                quiet,
            )
        ),
        number_cell(row.conflicts),
        href=row.href,
    )


def _workers() -> rx.Component:
    return section(
        "Workers",
        data_table(
            "Workers",
            WORKERS,
            OverviewState.workers,
            _worker,
            loading=OverviewState.loading,
            empty=empty_state(
                "cpu",
                "No worker runs",
                "Nothing is worked on until one is started: "
                "python -m discovery_app worker",
            ),
        ),
        note=rx.link("All workers", href="/admin/workers", size="2"),
    )


def _worker(row: WorkerLine) -> rx.Component:
    return table_row(
        two_lines(row.name, row.place),
        cell(
            rx.cond(
                row.href != "",
                two_lines(row.work, row.context),
                rx.text(row.work, size="2", color=MUTED),
            )
        ),
        cell(
            relative_time(row.heard, row.heard_ago),
            justify="end",
            class_name="num nowrap",
        ),
    )
