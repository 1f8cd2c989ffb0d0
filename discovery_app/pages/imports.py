"""Bringing files in: drop, check how they are read, start."""

import reflex as rx

from discovery_app.components.buttons import plain_button, primary_button, quiet_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.empty_state import empty_state, skeleton_lines
from discovery_app.components.frame import frame
from discovery_app.components.layout import stack
from discovery_app.components.list_row import list_row
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel
from discovery_app.components.reading import choice_chip, choice_line, reading
from discovery_app.components.relative_time import relative_time
from discovery_app.components.tokens import (
    Tone,
    Words,
    how_many,
    said,
    when,
    when_said,
)
from discovery_app.components.upload import drop_and_files, drop_zone, file_row
from discovery_app.domain.uploads import (
    ImportFileRow,
    RecentImport,
)
from discovery_app.states.imports import UPLOAD_ID, ImportsState
from discovery_app.states.imports import ImportState as State
from discovery_app.states.session import SessionState

TEMPLATES = (
    ("Servers and virtual machines", "servers.csv"),
    ("Applications", "applications.csv"),
    ("Databases", "databases.csv"),
    ("Connections between servers", "connections.csv"),
)


@rx.page(
    route="/engagements/[engagement_id]/import",
    title="Import files · Discovery",
    on_load=[SessionState.load, SessionState.watch, State.watch],
)
def import_files() -> rx.Component:
    """Return the import page of an engagement."""
    return frame(
        "Imports",
        page_header(
            "Import files",
            _templates(),
            when(State.may_import, _start()),
            subtitle="Files that are dropped together become one import.",
        ),
        notice(State.problem, tone=Tone.BAD, on_dismiss=State.dismiss),
        when_said(
            State.corrects_title,
            notice(
                said("What you start here corrects ") + State.corrects_title + ".",
                "Source and mapping are taken over from it, and the columns with the "
                "reasons are not read. Drop the corrected file of rejected rows.",
                tone=Tone.ACTIVE,
                action=quiet_button("Import something else", on_click=State.leave),
            ),
        ),
        rx.cond(
            State.loading,
            skeleton_lines(8),
            stack(
                rx.cond(State.may_import, _upload(), _read_only()),
                when(State.preview.file_id != "", _preview()),
                _recent(),
            ),
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


@rx.page(
    route="/imports",
    title="Imports · Discovery",
    on_load=[SessionState.load, ImportsState.open],
)
def imports() -> rx.Component:
    """Return the way to the picked engagement's import page."""
    return frame(
        "Imports",
        page_header("Imports"),
        rx.cond(
            ImportsState.none,
            empty_state(
                "folder_open",
                "You are on no engagement yet",
                "Ask an admin to add you to one; then its imports are here.",
            ),
            skeleton_lines(6),
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _read_only() -> rx.Component:
    return notice(
        "You can see this engagement's imports, but not add one.",
        "Its consultants import files.",
        tone=Tone.NEUTRAL,
    )


def _templates() -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(plain_button("Templates", "file_down")),
        rx.dropdown_menu.content(
            *[
                rx.dropdown_menu.item(
                    rx.el.a(words, href=f"/templates/{name}", download=name),
                    as_child=False,
                )
                for words, name in TEMPLATES
            ],
            size="1",
        ),
        modal=False,
    )


def _start() -> rx.Component:
    nothing = (how_many(State.waiting) == 0) | (how_many(State.coming) > 0)
    number = how_many(State.waiting)
    words = rx.cond(
        number == 0,
        "Start discovery",
        rx.cond(number == 1, "Start with 1 file", f"Start with {number} files"),
    )
    return rx.cond(
        State.again_words != "",
        confirm_dialog(
            primary_button("Import again…", "play", disabled=nothing),
            "Import the same file again?",
            State.again_words,
            "Import again",
            on_confirm=State.start,
        ),
        primary_button(words, "play", on_click=State.start, disabled=nothing),
    )


def _upload() -> rx.Component:
    return drop_and_files(
        drop_zone(
            UPLOAD_ID,
            "Drop exports here",
            State.limit_words,
            on_drop=State.receive(
                rx.upload_files_chunk(  # pyright: ignore  Reflex binds the chunks.
                    upload_id=UPLOAD_ID, on_upload_progress=State.measure
                )
            ),
            disabled=how_many(State.coming) > 0,
        ),
        panel(
            "Files",
            rx.cond(
                (how_many(State.waiting) == 0)
                & (how_many(State.coming) == 0)
                & (how_many(State.refused) == 0),
                rx.text(
                    "None yet. What you drop is read at once, and waits here until "
                    "you start it.",
                    size="2",
                    class_name="quiet",
                ),
                rx.fragment(),
            ),
            rx.foreach(State.waiting, _waiting),
            rx.foreach(State.coming, _coming),
            rx.foreach(State.refused, _refused),
            note=_counts(),
        ),
    )


def _counts() -> Words:
    ready, refused = how_many(State.waiting), how_many(State.refused)
    words = rx.cond(ready > 0, f"{ready} ready", "")
    between = rx.cond((ready > 0) & (refused > 0), " · ", "")
    return (
        said(words)
        + said(between)
        + said(rx.cond(refused > 0, f"{refused} refused", ""))
    )


def _waiting(row: ImportFileRow) -> rx.Component:
    return file_row(
        row.name,
        row.status,
        row.note,
        row.size,
        on_remove=State.remove(row.file_id),
    )


def _coming(row: ImportFileRow) -> rx.Component:
    return file_row(
        row.name,
        row.status,
        row.note,
        row.size,
        row.percent,
        on_remove=[rx.cancel_upload(UPLOAD_ID), State.cancelled],
    )


def _refused(row: ImportFileRow) -> rx.Component:
    return file_row(
        row.name,
        row.status,
        row.note,
        row.size,
        on_remove=State.forget_refused(row.name),
    )


def _preview() -> rx.Component:
    return reading(
        f"Preview of {State.preview.name}",
        State.preview,
        State.read_as,
        State.sources,
        on_correct=State.correct,
        on_sheet=State.show_sheet,
        files=when(how_many(State.waiting) > 1, _file_to_show()),
    )


def _file_to_show() -> rx.Component:
    lines = rx.foreach(
        State.waiting, lambda one: choice_line(one.name, one.file_id, State.show)
    )
    return choice_chip("File", State.preview.name, lines)


def _recent() -> rx.Component:
    return panel(
        "Recent imports",
        rx.cond(
            how_many(State.recent) == 0,
            empty_state(
                "inbox",
                "Nothing was imported yet",
                "Drop an export above, or start from a template.",
            ),
            rx.foreach(State.recent, _recent_row),
        ),
    )


def _recent_row(row: RecentImport) -> rx.Component:
    return list_row(
        row.status,
        row.title,
        row.note,
        row.href,
        relative_time(row.at, row.ago),
    )
