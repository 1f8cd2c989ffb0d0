"""Bringing files in: where they are dropped, and how each one goes."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import reflex as rx
from reflex.style import Style

from discovery_app.components.buttons import icon_button, plain_button
from discovery_app.components.status_badge import StatusLook
from discovery_app.components.tokens import (
    MUTED,
    Handler,
    Tone,
    Truth,
    Words,
    said,
    text_color,
)

FILE_LOOKS: dict[str, StatusLook] = {
    "ready": StatusLook("Ready", "circle_check", Tone.GOOD),
    "uploading": StatusLook("Uploading", "cloud_upload", Tone.ACTIVE),
    "checking": StatusLook("Checking", "loader_circle", Tone.ACTIVE, turns=True),
    "queued": StatusLook("Queued", "circle_dashed", Tone.NEUTRAL),
    "warned": StatusLook("Ready, with a warning", "triangle_alert", Tone.ATTENTION),
    "refused": StatusLook("Refused", "circle_x", Tone.BAD),
}


def drop_zone(
    upload_id: str,
    title: str,
    hint: Words,
    *,
    on_drop: Any,
    accept: Mapping[str, Sequence[str]] | None = None,
    disabled: Truth = False,
) -> rx.Component:
    """Return where files are dropped or chosen.

    Args:
        upload_id: The id that ``on_drop``'s upload names.
        title: What to drop.
        hint: Which kinds, and how large.
        on_drop: ``State.receive(rx.upload_files_chunk(upload_id=...))``.
        accept: Media type to endings; the server checks again.
        disabled: Whether nothing can be dropped now.
    """
    limits: dict[str, Any] = {} if accept is None else {"accept": dict(accept)}
    zone = rx.upload.root(
        rx.icon(
            "cloud_upload", size=24, color=text_color(Tone.ACTIVE), aria_hidden=True
        ),
        rx.text(title, size="3", weight="medium"),
        rx.text(hint, size="2", color=MUTED),
        plain_button("Choose files", margin_top="8px", disabled=disabled),
        id=upload_id,
        multiple=True,
        no_keyboard=True,
        disabled=disabled,
        on_drop=on_drop,
        class_name="drop-zone",
        drag_active_style=Style(
            {"borderColor": "var(--accent-8)", "background": "var(--accent-2)"}
        ),
        **limits,
    )
    # The framework makes the file input itself and gives it no name.
    file_input = cast("rx.Component", zone.children[0].children[0])
    file_input.custom_attrs["aria-label"] = title
    return zone


def drop_and_files(zone: rx.Component, files: rx.Component) -> rx.Component:
    """Return the drop zone with the files beside it."""
    return rx.box(zone, files, class_name="drop-and-files")


def file_row(
    name: Words,
    status: Words,
    note: Words,
    size: Words = "",
    percent: rx.Var[int] | int = 0,
    on_remove: Handler | None = None,
) -> rx.Component:
    """Return one file of an upload.

    Args:
        name: The file's, as the person knows it.
        status: A key of ``FILE_LOOKS``.
        note: What was detected, how fast it goes, or why it was refused.
        size: With its unit.
        percent: 0–100; shown while uploading.
        on_remove: Cancels or removes the file.
    """
    state = said(status)
    refused = state == "refused"
    return rx.flex(
        _icon(state),
        rx.box(
            rx.flex(
                rx.text(
                    name, size="2", weight="medium", class_name="truncate", title=name
                ),
                rx.text(
                    size,
                    size="1",
                    color=MUTED,
                    class_name="num nowrap",
                    margin_left="auto",
                ),
                align="baseline",
                gap="12px",
            ),
            rx.text(
                rx.cond(refused, rx.el.strong("Refused. ", class_name="medium"), ""),
                note,
                size="1",
                color=rx.cond(refused, text_color(Tone.BAD), MUTED),
                class_name="num",
                aria_live=rx.cond(state == "uploading", "off", "polite"),
            ),
            rx.cond(
                state == "uploading",
                rx.progress(value=percent, size="1", aria_label=name, margin_top="6px"),
                rx.fragment(),
            ),
            flex="1",
            min_width="0",
        ),
        icon_button("x", f"Remove {name}", size="1", on_click=on_remove)
        if on_remove is not None
        else rx.fragment(),
        gap="12px",
        class_name="file-row",
    )


def _icon(state: rx.Var[str]) -> rx.Component:
    cases = [
        (
            key,
            rx.icon(
                look.icon,
                size=16,
                color=text_color(look.tone),
                class_name="turns" if look.turns else "",
                flex_shrink="0",
                margin_top="2px",
                aria_label=look.word,
            ),
        )
        for key, look in FILE_LOOKS.items()
    ]
    return rx.fragment(rx.match(state, *cases, rx.fragment()))
