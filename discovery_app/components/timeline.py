"""Time per phase: one line a phase, one bar a try."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.tokens import MUTED, how_many
from discovery_app.domain.display import Bar, TimelineLine


def timeline(
    lines: rx.Var[Sequence[TimelineLine]] | Sequence[TimelineLine],
    ticks: rx.Var[Sequence[str]] | Sequence[str],
) -> rx.Component:
    """Return the lines over an axis of evenly spaced ``ticks``."""
    return rx.box(
        rx.foreach(lines, _line),
        rx.box(
            rx.box(),
            rx.box(
                rx.foreach(
                    ticks,
                    lambda tick: rx.text(tick, size="1", color=MUTED, class_name="num"),
                ),
                class_name="ticks",
            ),
            rx.box(),
            class_name="line axis",
        ),
        _legend(),
        class_name="timeline",
        style={"--steps": _steps(ticks)},
    )


def _steps(ticks: rx.Var[Sequence[str]] | Sequence[str]) -> rx.Var:
    return rx.cond(how_many(ticks) > 1, how_many(ticks) - 1, 1)


def _line(line: TimelineLine) -> rx.Component:
    return rx.box(
        rx.text(line.title, size="2", class_name="truncate"),
        rx.box(rx.foreach(line.bars, _bar), class_name="track"),
        rx.text(line.total, size="2", align="right", class_name="num"),
        class_name="line",
    )


def _bar(bar: Bar) -> rx.Component:
    return rx.tooltip(
        rx.box(
            rx.el.span(bar.words, class_name="sr-only"),
            class_name=f"bar {bar.kind}",
            left=bar.left,
            width=bar.width,
        ),
        content=bar.words,
    )


def _legend() -> rx.Component:
    kinds = {
        "completed": "Completed",
        "running": "Running",
        "failed": "Failed attempt",
        "retry_wait": "Retry wait",
        "waiting_for_approval": "Waiting for approval",
    }
    return rx.flex(
        *[
            rx.flex(
                rx.box(class_name=f"bar key {kind}"),
                rx.text(word, size="1", color=MUTED),
                align="center",
                gap="6px",
            )
            for kind, word in kinds.items()
        ],
        gap="16px",
        row_gap="4px",
        wrap="wrap",
        margin_top="12px",
    )
