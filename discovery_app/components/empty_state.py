"""What a list says while it has nothing, and what stands there while it loads."""

import reflex as rx

from discovery_app.components.tokens import MUTED, Words


def empty_state(
    icon: str, title: Words, hint: Words, *actions: rx.Component
) -> rx.Component:
    """Return why there is nothing and what to do; at most two ``actions``."""
    return rx.flex(
        rx.icon(icon, size=24, color=rx.color("gray", 9), aria_hidden=True),
        rx.text(title, size="3", weight="medium"),
        rx.text(hint, size="2", color=MUTED, max_width="44ch", align="center"),
        rx.flex(*actions, gap="8px", margin_top="8px", wrap="wrap", justify="center")
        if actions
        else rx.fragment(),
        direction="column",
        align="center",
        gap="4px",
        padding="32px 16px",
    )


def skeleton(height: str = "16px", width: str = "100%") -> rx.Component:
    """Return a grey block of the size of what will stand there."""
    return rx.box(height=height, width=width, class_name="skeleton", aria_hidden="true")


def skeleton_lines(lines: int = 4) -> rx.Component:
    """Return blocks for ``lines`` of a list; a screen reader hears "Loading"."""
    widths = ("72%", "48%", "64%", "56%")
    return rx.flex(
        rx.el.span("Loading", class_name="sr-only"),
        *[skeleton(width=widths[at % len(widths)]) for at in range(lines)],
        direction="column",
        gap="12px",
        role="status",
    )
