"""Admin: the end-of-life data that verdicts stand on."""

import reflex as rx

from discovery_app.components.buttons import quiet_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state
from discovery_app.components.for_admins import for_admins
from discovery_app.components.frame import frame
from discovery_app.components.labelled_input import labelled_input
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel
from discovery_app.components.status_badge import StatusLook, look_label
from discovery_app.components.table_row import cell, clipped, table_row, two_lines
from discovery_app.components.tokens import MUTED, Tone, Words, said, when, when_said
from discovery_app.components.upload import drop_zone
from discovery_app.domain.end_of_life_page import EndOfLifeLine
from discovery_app.states.admin_end_of_life import AdminEndOfLifeState as State
from discovery_app.states.session import SessionState

UPLOAD_ID = "end_of_life_data"
COLUMNS = (
    Column("Data", "200px"),
    Column("State", "128px"),
    Column("Holds", "192px"),
    Column("Loaded by", "216px"),
    Column("Why"),
    Column("", "120px"),
)
_IN_USE = StatusLook("In use", "circle_check", Tone.GOOD)
_LOOKS = {
    "in_use": _IN_USE,
    "alone": _IN_USE,
    "own": StatusLook("Underneath", "layers", Tone.NEUTRAL),
}
_WITHDRAWN = StatusLook("Withdrawn", "ban", Tone.NEUTRAL)


@rx.page(
    route="/admin/end-of-life",
    title="End-of-life data · Discovery",
    on_load=[SessionState.load, SessionState.watch, State.watch],
)
def admin_end_of_life() -> rx.Component:
    """Show what was loaded, and take newer data in."""
    return frame(
        "End of life",
        for_admins(
            page_header(
                "End-of-life data",
                subtitle="Verdicts stand on the newest data; what it lacks, older "
                "data tells. Each finding names its data.",
            ),
            notice(State.problem, tone=Tone.BAD),
            notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
            notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
            data_table(
                "End-of-life data, the newest first",
                COLUMNS,
                State.lines,
                _row,
                loading=State.loading,
                empty=empty_state("calendar_off", "No data", "Load a file below."),
                min_width="960px",
            ),
            _load(),
            session=SessionState.view,
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _row(row: EndOfLifeLine) -> rx.Component:
    return table_row(
        two_lines(row.day, row.source),
        cell(_state(row.state)),
        cell(two_lines(row.size, row.file_name)),
        cell(two_lines(row.loaded, row.loaded_at)),
        cell(clipped(row.reason, size="2")),
        cell(when(row.state == "in_use", _withdraw(row)), justify="end"),
    )


def _state(state: Words) -> rx.Component:
    cases = [(word, look_label(look)) for word, look in _LOOKS.items()]
    return rx.fragment(rx.match(state, *cases, look_label(_WITHDRAWN)))


def _withdraw(row: EndOfLifeLine) -> rx.Component:
    return confirm_dialog(
        quiet_button("Withdraw…", size="1"),
        "Withdraw the data of " + said(row.day) + "?",
        "Later verdicts stand on the other data. Verdicts that were given keep it and "
        "still name it, until they are evaluated again.",
        "Withdraw the data",
        on_confirm=State.withdraw(row.version_id),
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="It lacked the extended support of two products.",
        danger=True,
        on_open_change=State.ask,
    )


def _load() -> rx.Component:
    form = State.form
    return panel(
        "Load newer data",
        rx.box(
            labelled_input(
                "Source",
                form.source,
                lambda words: State.write("source", words),
                hint="Who says so.",
            ),
            labelled_input(
                "Taken on",
                form.day,
                lambda words: State.write("day", words),
                kind="date",
                hint="The newest day decides first.",
            ),
            labelled_input(
                "Reason",
                form.reason,
                lambda words: State.write("reason", words),
                hint="Required. It is kept in the audit log.",
            ),
            class_name="form-grid",
        ),
        rx.box(height="16px"),
        drop_zone(
            UPLOAD_ID,
            "Drop one file here",
            rx.cond(
                State.ready,
                "JSON of endoflife.date (/api/v1/products/full), or CSV with product, "
                "cycle, label, eol, extended, latest, lts; up to 20 MB",
                "Say first where it comes from, when it was taken, and why",
            ),
            on_drop=State.receive(rx.upload_files_chunk(upload_id=UPLOAD_ID)),
            disabled=State.closed,
        ),
        when_said(
            rx.cond(State.busy, "Reading…", ""),
            rx.text("Reading…", size="2", color=MUTED, role="status"),
        ),
        note="whole or not at all",
    )
