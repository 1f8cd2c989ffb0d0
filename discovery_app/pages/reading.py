"""How the files of one workflow were read; correcting it starts over."""

import reflex as rx

from discovery_app.components.buttons import primary_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.effect_list import effect_list
from discovery_app.components.empty_state import empty_state, skeleton_lines
from discovery_app.components.frame import frame
from discovery_app.components.layout import stack
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.reading import choice_chip, choice_line, reading
from discovery_app.components.status_badge import status_badge
from discovery_app.components.tokens import Tone, how_many, when
from discovery_app.states.reading import ReadingState as State
from discovery_app.states.replaced_inventory import ReplacedInventoryState
from discovery_app.states.session import SessionState


@rx.page(
    route="/workflows/[workflow_id]/reading",
    title="How files are read · Discovery",
    on_load=[SessionState.load, SessionState.watch, State.watch],
)
def reading_page() -> rx.Component:
    """Return the page of how a workflow's files are read."""
    shown = State.reading
    return frame(
        "Workflows",
        page_header(
            "How the files are read",
            when(State.may_correct, _start_over()),
            subtitle="A correction is looked at here first. Starting over reads the "
            "files again from the first phase.",
            beside=when(shown.status != "", status_badge(shown.status)),
            trail=(
                ("Workflows", "/workflows"),
                (shown.title, "/workflows/" + shown.workflow_id),
            ),
        ),
        notice(State.problem, tone=Tone.BAD, on_dismiss=State.dismiss),
        rx.cond(State.loading, skeleton_lines(8), _body()),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _body() -> rx.Component:
    return rx.cond(
        State.preview.file_id == "",
        empty_state(
            "file_x",
            "The files cannot be read",
            "They were deleted, or the storage is away; import them again.",
        ),
        stack(
            when(~State.may_correct, _why_not()),  # pyright: ignore  A var of Reflex.
            reading(
                State.preview.name,
                State.preview,
                State.read_as,
                State.sources,
                on_correct=State.correct,
                on_sheet=State.show_sheet,
                files=when(how_many(State.reading.files) > 1, _files()),
            ),
        ),
    )


def _why_not() -> rx.Component:
    return notice(
        rx.cond(
            State.reading.restartable,
            "You can see how the files are read, but not correct it.",
            "The workflow is in work; corrections can be made once it rests.",
        ),
        tone=Tone.NEUTRAL,
    )


def _files() -> rx.Component:
    lines = rx.foreach(
        State.reading.files, lambda one: choice_line(one.name, one.file_id, State.show)
    )
    return choice_chip("File", State.preview.name, lines)


def _start_over() -> rx.Component:
    nothing = how_many(State.corrected) == 0
    return confirm_dialog(
        primary_button("Start over…", "rotate_ccw", disabled=nothing),
        "Read the files again and start over?",
        "Every phase runs again. Decisions about columns are kept where they were "
        "remembered. Once the new run is done, it replaces what the last one brought.",
        "Start over",
        on_confirm=State.start_over,
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="The headers are in row 4",
        content=effect_list(ReplacedInventoryState.words),
        on_open_change=ReplacedInventoryState.look,
    )
