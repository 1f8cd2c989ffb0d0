"""The status of a workflow or phase: icon, word and colour, the same everywhere."""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from discovery_app.components.tokens import Tone, text_color


@dataclass(frozen=True)
class StatusLook:
    """How one status reads.

    Attributes:
        icon: A lucide name; each status has its own, so that colour is never needed.
        turns: Whether the icon turns (only what works right now).
    """

    word: str
    icon: str
    tone: Tone
    turns: bool = False


LOOKS: dict[str, StatusLook] = {
    "pending": StatusLook("Not started", "circle", Tone.NEUTRAL),
    "queued": StatusLook("Queued", "circle_dashed", Tone.NEUTRAL),
    "running": StatusLook("Running", "loader_circle", Tone.ACTIVE, turns=True),
    "waiting_for_approval": StatusLook("Waiting for approval", "hand", Tone.ATTENTION),
    "retry_wait": StatusLook("Retry wait", "timer_reset", Tone.ATTENTION),
    "paused": StatusLook("Paused", "circle_pause", Tone.NEUTRAL),
    "cancelling": StatusLook("Cancelling", "circle_slash", Tone.NEUTRAL),
    "cancelled": StatusLook("Cancelled", "ban", Tone.NEUTRAL),
    "completed": StatusLook("Completed", "circle_check", Tone.GOOD),
    "accepted": StatusLook("Accepted", "badge_check", Tone.GOOD),
    "failed": StatusLook("Failed", "circle_x", Tone.BAD),
    "stuck": StatusLook("Stuck", "octagon_alert", Tone.BAD),
    "superseded": StatusLook("Superseded", "history", Tone.NEUTRAL),
}
UNKNOWN = StatusLook("Unknown", "circle_help", Tone.NEUTRAL)


def status_badge(status: rx.Var[str] | str) -> rx.Component:
    """Return the filled form: once a page, beside the title."""
    return _choose(status, _badge)


def status_label(status: rx.Var[str] | str) -> rx.Component:
    """Return the quiet form, for tables and lists: coloured icon, plain word."""
    return _choose(status, look_label)


def status_icon(status: rx.Var[str] | str, size: int = 16) -> rx.Component:
    """Return the icon alone, where words beside it say the same."""
    return _choose(status, lambda look: _icon(look, size))


def look_label(look: StatusLook) -> rx.Component:
    """Return icon and word of ``look``; for other words that read like a status."""
    return rx.hstack(
        _icon(look, 16),
        rx.text(look.word, size="2", white_space="nowrap"),
        spacing="2",
        align="center",
    )


def _choose(
    status: rx.Var[str] | str, draw: Callable[[StatusLook], rx.Component]
) -> rx.Component:
    cases = [(value, draw(look)) for value, look in LOOKS.items()]
    return rx.fragment(rx.match(status, *cases, draw(UNKNOWN)))


def _badge(look: StatusLook) -> rx.Component:
    return rx.badge(
        _icon(look, 14),
        look.word,
        color_scheme=look.tone.value,
        high_contrast=True,
        variant="soft",
        size="2",
    )


def _icon(look: StatusLook, size: int) -> rx.Component:
    return rx.icon(
        look.icon,
        size=size,
        color=text_color(look.tone),
        class_name="turns" if look.turns else "",
        flex_shrink="0",
        aria_hidden=True,
    )
