"""Whether the page hears from the server, in the framework's own words for it.

The framework would show a red toast. ``quiet_overlays`` takes that away; the frame
says it instead, once, beside the person's name and in a line over the page.
"""

from collections.abc import Callable

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from discovery_app.components.tokens import MUTED, Tone, said, text_color

Wraps = dict[tuple[int, str], Callable[[bool], rx.Component | None]]


def quiet_overlays(app: rx.App) -> None:
    """Take the framework's connection toast and pulsing icon off ``app``."""
    app.app_wraps.pop((5, "Overlay"), None)


def connection_state() -> rx.Component:
    """Return the word in the top bar: Live, Connecting or Offline."""
    return rx.box(
        rx.cond(
            has_connection_errors,
            _state("wifi_off", "Offline", Tone.ATTENTION),
            rx.cond(
                rx.State.is_hydrated,
                _state("radio", "Live", Tone.GOOD),
                _state("loader_circle", "Connecting", Tone.NEUTRAL, turns=True),
            ),
        ),
        role="status",
    )


def offline_banner() -> rx.Component:
    """Return the line over the page while the server does not answer."""
    return rx.cond(
        has_connection_errors,
        rx.flex(
            rx.icon(
                "wifi_off", size=16, color=text_color(Tone.ATTENTION), aria_hidden=True
            ),
            rx.text(
                "The server does not answer. What you see may be old; this page "
                "connects again by itself. Runs go on meanwhile.",
                size="2",
            ),
            class_name="banner attention",
            role="alert",
        ),
        rx.fragment(),
    )


def read_only_banner(reason: rx.Var[str] | str) -> rx.Component:
    """Return the line over the page that says why nothing can be changed."""
    return rx.cond(
        said(reason) != "",
        rx.flex(
            rx.icon("lock", size=16, color=MUTED, aria_hidden=True),
            rx.text("Read only. ", reason, size="2"),
            class_name="banner",
            role="status",
        ),
        rx.fragment(),
    )


def _state(icon: str, word: str, tone: Tone, *, turns: bool = False) -> rx.Component:
    hints = {
        "Live": "Connected. Changes show within a second.",
        "Offline": "Not connected. The page tries again by itself.",
    }
    return rx.flex(
        rx.icon(
            icon,
            size=14,
            color=text_color(tone),
            class_name="turns" if turns else "",
            aria_hidden=True,
        ),
        rx.text(word, size="2", color=MUTED),
        align="center",
        gap="6px",
        title=hints.get(word, "The page asks the server for its state."),
    )
