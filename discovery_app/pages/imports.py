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
from discovery_app.components.panel import panel, section
from discovery_app.components.pick_list import pick_list
from discovery_app.components.preview_table import preview_table
from discovery_app.components.relative_time import relative_time
from discovery_app.components.tokens import (
    Tone,
    ValueHandler,
    Words,
    how_many,
    said,
    when,
    when_said,
)
from discovery_app.components.upload import drop_and_files, drop_zone, file_row
from discovery_app.domain.display import Choice
from discovery_app.domain.uploads import (
    ImportFileRow,
    PreviewNote,
    RecentImport,
    SheetGuess,
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
DELIMITERS = (
    Choice(",", "comma ,"),
    Choice(";", "semicolon ;"),
    Choice("tab", "tab"),
    Choice("|", "pipe |"),
)
ENCODINGS = (
    Choice("utf-8", "UTF-8"),
    Choice("utf-16", "UTF-16"),
    Choice("cp1252", "Windows-1252"),
    Choice("latin-1", "Latin-1"),
    Choice("mac-roman", "Mac Roman"),
)
HEADER_ROWS = (
    Choice("0", "There are no headers"),
    *(Choice(str(row), f"Row {row}") for row in range(1, 16)),
)
ROLES = {
    "assets": "assets",
    "related": "adds detail to assets",
    "connections": "connections",
    "ignored": "not read",
}


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
    shown = State.preview
    return section(
        f"Preview of {shown.name}",
        rx.flex(
            when(how_many(State.waiting) > 1, _file_to_show()),
            _fact("Source", shown.source, shown.evidence),
            when(how_many(shown.sheets) > 1, _sheet_to_show()),
            _correction("Header row", _row_words(), HEADER_ROWS, "header_row"),
            rx.cond(
                shown.encoding != "",
                rx.fragment(
                    _correction("Delimiter", _delimiter(), DELIMITERS, "delimiter"),
                    _correction("Encoding", _encoding(), ENCODINGS, "encoding"),
                ),
                _only_sheet(),
            ),
            gap="8px",
            wrap="wrap",
            margin_bottom="12px",
        ),
        rx.foreach(shown.notes, _note),
        preview_table(f"First rows of {shown.name}", shown.columns, shown.rows),
        note=_preview_words(),
    )


def _preview_words() -> Words:
    shown = State.preview
    more = rx.cond(
        shown.column_count > how_many(shown.columns),
        f" and {how_many(shown.columns)} of {shown.column_count} columns",
        "",
    )
    return (
        said(f"First {how_many(shown.rows)} rows")
        + said(more)
        + said(". Correct what was detected wrongly; the preview follows.")
    )


def _row_words() -> Words:
    row = State.preview.header_row
    return rx.cond(row == 0, "none", said(row))


def _delimiter() -> Words:
    return rx.match(  # pyright: ignore  All cases are words.
        State.preview.delimiter,
        (",", "comma ,"),
        (";", "semicolon ;"),
        ("\t", "tab"),
        ("|", "pipe |"),
        State.preview.delimiter,
    )


def _encoding() -> Words:
    known = [(choice.value, choice.label) for choice in ENCODINGS]
    found = State.preview.encoding
    return rx.match(found, *known, found)  # pyright: ignore  All cases are words.


def _note(note: PreviewNote) -> rx.Component:
    return rx.box(
        notice(note.message, note.fix, tone=Tone.ATTENTION), margin_bottom="12px"
    )


def _fact(name: str, value: Words, why: Words) -> rx.Component:
    return rx.flex(
        rx.el.span(name, class_name="unit"),
        rx.el.span(value, class_name="medium"),
        align="center",
        gap="6px",
        title=why,
        class_name="detected fact",
    )


def _correction(
    name: str, value: Words, choices: tuple[Choice, ...], key: str
) -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(_chip(name, value)),
        rx.popover.content(
            pick_list(
                choices,
                getattr(State.read_as, key),
                lambda word: State.correct(key, word),
                search=f"Search {name.lower()}",
                any_word="As detected",
            ),
            class_name="pick-popover narrow",
            size="1",
            align="start",
            custom_attrs={"aria-label": name},
        ),
    )


def _chip(name: str, value: Words) -> rx.Component:
    return rx.button(
        rx.el.span(name, class_name="unit"),
        rx.el.span(value),
        rx.icon("chevron_down", size=14, aria_hidden=True),
        variant="surface",
        color_scheme="gray",
        size="1",
        type="button",
        class_name="detected",
    )


def _file_to_show() -> rx.Component:
    lines = rx.foreach(
        State.waiting, lambda one: _pick(one.name, one.file_id, State.show)
    )
    return _popover("File", State.preview.name, lines)


def _sheet_to_show() -> rx.Component:
    return _sheets("Showing sheet", State.preview.sheet, State.show_sheet)


def _only_sheet() -> rx.Component:
    only = State.read_as.sheet
    value = rx.cond(only == "", "all that carry something", only)
    return when(
        how_many(State.preview.sheets) > 0,
        _sheets("Read", value, lambda name: State.correct("sheet", name), "All sheets"),
    )


def _sheets(
    label: str, value: Words, on_pick: ValueHandler, all_words: str = ""
) -> rx.Component:
    lines = rx.foreach(
        State.preview.sheets,
        lambda one: _pick(_sheet_words(one), one.sheet, on_pick),
    )
    every = _pick(all_words, "", on_pick) if all_words else rx.fragment()
    return _popover(label, value, every, lines)


def _popover(label: str, value: Words, *lines: rx.Component) -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(_chip(label, value)),
        rx.popover.content(
            rx.el.ul(*lines, class_name="pick-list"),
            class_name="pick-popover",
            size="1",
            align="start",
            custom_attrs={"aria-label": label},
        ),
    )


def _pick(words: Words, value: Words, on_pick: ValueHandler) -> rx.Component:
    return rx.el.li(
        rx.popover.close(
            rx.el.button(
                rx.el.span(words, class_name="truncate", title=words),
                type="button",
                on_click=on_pick(value),
            )
        ),
        class_name="pick-option",
    )


def _sheet_words(one: SheetGuess) -> Words:
    role = rx.match(one.role, *ROLES.items(), one.role)
    return said(one.sheet) + " — " + said(role)


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
