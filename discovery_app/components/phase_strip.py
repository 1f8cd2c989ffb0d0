"""The phases of a workflow, in order, with what went in and came out of each."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.status_badge import status_icon
from discovery_app.components.tokens import MUTED, Words, said
from discovery_app.domain.display import PhaseCell


def phase_strip(
    phases: rx.Var[Sequence[PhaseCell]] | Sequence[PhaseCell],
) -> rx.Component:
    """Return the strip: a row of eight, two rows of four, or a list on a phone."""
    return rx.el.ol(
        rx.foreach(phases, _phase_cell),
        class_name="panel phase-strip",
        aria_label="Phases",
    )


def _phase_cell(phase: PhaseCell) -> rx.Component:
    return rx.el.li(
        rx.flex(
            status_icon(phase.status),
            rx.text(
                phase.time, size="1", color=MUTED, class_name="num", margin_left="auto"
            ),
            align="center",
            class_name="phase-top",
        ),
        rx.text(phase.title, size="2", weight="medium", class_name="phase-title"),
        rx.box(
            rx.text(phase.counts, size="1", color=MUTED, class_name="num"),
            _left_out(phase.rejected),
            _left_out(phase.excluded),
            class_name="phase-counts",
        ),
        rx.cond(
            phase.status == "running",
            rx.progress(
                value=phase.percent,
                size="1",
                aria_label=phase.title,
                class_name="phase-bar",
            ),
        ),
        class_name=f"phase {phase.status}",
        title=phase.message,
    )


def _left_out(words: Words) -> rx.Component:
    quiet = (said(words) == "") | said(words).startswith("0 ")
    return rx.text(words, size="1", class_name=rx.cond(quiet, "num quiet", "num"))
