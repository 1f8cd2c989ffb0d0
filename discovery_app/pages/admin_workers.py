"""Admin: the runner processes, what they hold, what waits."""

import reflex as rx

from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state
from discovery_app.components.frame import frame
from discovery_app.components.layout import tiles
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import StatusLook, look_label
from discovery_app.components.table_row import cell, table_row, two_lines
from discovery_app.components.tokens import MUTED, Tone, Words
from discovery_app.domain.workers import WorkerLine
from discovery_app.states.admin_workers import AdminWorkersState
from discovery_app.states.session import SessionState

COLUMNS = (
    Column("Worker", "232px"),
    Column("State", "120px"),
    Column("Works on"),
    Column("Lease", "128px", numeric=True),
    Column("Last sign of life", "136px", numeric=True),
    Column("Up for", "88px", numeric=True),
    Column("Version", "88px"),
)
_LOOKS = {
    "alive": StatusLook("Alive", "circle_check", Tone.GOOD),
    "draining": StatusLook("Draining", "circle_slash", Tone.NEUTRAL),
    "silent": StatusLook("Silent", "octagon_alert", Tone.BAD),
}
_STOPPED = StatusLook("Stopped", "ban", Tone.NEUTRAL)


@rx.page(
    route="/admin/workers",
    title="Workers · Discovery",
    on_load=[SessionState.load, SessionState.watch, AdminWorkersState.watch],
)
def admin_workers() -> rx.Component:
    """Show the queue's numbers and a row a worker."""
    return frame(
        "Workers",
        page_header(
            "Workers", subtitle="Processes that run workflows, one at a time each"
        ),
        notice(AdminWorkersState.problem, tone=Tone.BAD),
        worker_numbers(),
        worker_table(),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def worker_numbers() -> rx.Component:
    """Return the tiles: workers alive and busy, workflows due and to be retried."""
    shown = AdminWorkersState.tiles
    return tiles(
        metric_tile(
            "Alive",
            shown.alive,
            shown.alive_note,
            "circle_check",
            tone=Tone.GOOD,
            href="/admin/workers",
        ),
        metric_tile(
            "Busy",
            shown.busy,
            shown.busy_note,
            "loader_circle",
            tone=Tone.ACTIVE,
            href="/workflows?status=running",
        ),
        metric_tile(
            "Due now",
            shown.due,
            shown.due_note,
            "circle_dashed",
            href="/workflows?status=queued",
        ),
        metric_tile(
            "Retry later",
            shown.later,
            shown.later_note,
            "timer_reset",
            tone=Tone.ATTENTION,
            href="/workflows?status=retry_wait",
        ),
    )


def worker_table() -> rx.Component:
    """Return a row a worker."""
    return data_table(
        "Workers",
        COLUMNS,
        AdminWorkersState.lines,
        _row,
        loading=AdminWorkersState.loading,
        empty=empty_state(
            "cpu",
            "No worker has been seen today",
            "Start one on any machine that reaches the database: "
            "python -m discovery_app worker",
        ),
        min_width="960px",
    )


def _row(row: WorkerLine) -> rx.Component:
    return table_row(
        two_lines(row.name, row.place),
        cell(_state(row.state)),
        cell(
            rx.cond(
                row.href != "",
                rx.link(
                    two_lines(row.work, row.context), href=row.href, underline="none"
                ),
                rx.text(row.work, size="2", color=MUTED),
            )
        ),
        cell(row.lease, justify="end", class_name="num nowrap"),
        cell(
            relative_time(row.heard, row.heard_ago),
            justify="end",
            class_name="num nowrap",
        ),
        cell(
            relative_time(row.started, row.started_age, phrase=False),
            justify="end",
            class_name="num nowrap",
        ),
        cell(row.version, class_name="num"),
    )


def _state(state: Words) -> rx.Component:
    cases = [(word, look_label(look)) for word, look in _LOOKS.items()]
    return rx.fragment(rx.match(state, *cases, look_label(_STOPPED)))
