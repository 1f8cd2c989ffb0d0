"""How an engagement is analysed: thresholds of the advice, and noise ports."""

import reflex as rx

from discovery_app.components.buttons import link_button, plain_button, primary_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.empty_state import skeleton_lines
from discovery_app.components.facts import facts
from discovery_app.components.frame import frame
from discovery_app.components.labelled_input import labelled_area, labelled_input
from discovery_app.components.layout import main_and_side, stack
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel
from discovery_app.components.tokens import MUTED, Tone, said, when, when_said
from discovery_app.pages.evaluation import evaluate_dialog, evaluation_notices
from discovery_app.states.analysis_settings import AnalysisSettingsState as State
from discovery_app.states.evaluation import EvaluationState
from discovery_app.states.session import SessionState


@rx.page(
    route="/engagements/[engagement_id]/settings",
    title="Analysis settings · Discovery",
    on_load=[
        SessionState.load,
        SessionState.watch,
        State.watch,
        EvaluationState.watch,
    ],
)
def analysis_settings() -> rx.Component:
    """Show what holds; admins change it, with a reason."""
    return frame(
        "Modernisation",
        page_header(
            "Analysis settings",
            link_button("Open modernisation", _page("modernisation")),
            evaluate_dialog(),
            when(State.may_change, _save()),
            subtitle="Where the rules draw their lines in this engagement. Each "
            "advice names the line it was drawn by.",
        ),
        notice(State.problem, tone=Tone.BAD),
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
        evaluation_notices(),
        rx.cond(
            State.loading,
            skeleton_lines(8),
            main_and_side(stack(_thresholds(), _ports()), _side()),
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _page(name: str) -> rx.Var[str]:
    return said("/engagements/") + State.engagement_id + f"/{name}"


def _save() -> rx.Component:
    return confirm_dialog(
        primary_button("Save settings…", disabled=~State.changed),
        "Analyse this engagement by these settings?",
        "They hold for imports, re-runs and evaluations to come. Advice that was given "
        "stays until it is evaluated again; what people decided stays anyway.",
        "Save the settings",
        on_confirm=State.save,
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="The client measures peaks only, so idle begins higher.",
        on_open_change=State.ask,
    )


def _thresholds() -> rx.Component:
    form = State.form
    return panel(
        "Thresholds of the advice",
        rx.box(
            _line(
                "Zombie below, percent",
                "zombie",
                form.zombie,
                "Rule R2: CPU and memory average both below it. AWS says 5.",
            ),
            _line(
                "Idle up to, percent",
                "idle",
                form.idle,
                "Rule R3: both up to and including it. AWS says 20.",
            ),
            _line(
                "Observed for at least, days",
                "days",
                form.days,
                "Rules R3 and R4. AWS says 90.",
            ),
            _line(
                "Ended components for refactoring",
                "components",
                form.components,
                "Rule F1: of a critical application that bears change. Default 2.",
            ),
            class_name="form-grid",
        ),
    )


def _line(label: str, name: str, value: rx.Var[str] | str, hint: str) -> rx.Component:
    return labelled_input(
        label,
        value,
        lambda words: State.write(name, words),
        kind="number",
        hint=hint,
        writable=State.may_change,
        step="any",
        min="0",
    )


def _ports() -> rx.Component:
    return panel(
        "Noise ports",
        labelled_area(
            "Ports whose traffic is no dependency, one a line",
            State.form.ports,
            lambda words: State.write("ports", words),
            rows=17,
            hint="As “22 ssh”. A line may end in “only backup” or “only to domain "
            "controllers”. Connections on them are counted and left out of groups "
            "and waves, from the next import on; evaluate again for those before.",
            writable=State.may_change,
        ),
    )


def _side() -> rx.Component:
    return stack(
        panel(
            "What holds now",
            rx.text(State.facts.changed, size="2"),
            when_said(
                State.facts.reason,
                rx.text("“", State.facts.reason, "”", size="2", color=MUTED),
            ),
            rx.box(height="8px"),
            facts({"End-of-life data": State.facts.data}),
            rx.cond(
                State.may_change,
                rx.flex(
                    plain_button("Fill in the defaults", on_click=State.fill_defaults),
                    plain_button(
                        "Discard changes",
                        on_click=State.discard,
                        disabled=~State.changed,
                    ),
                    gap="8px",
                    wrap="wrap",
                    margin_top="16px",
                ),
                rx.text(
                    "Admins change these settings, with a reason.",
                    size="1",
                    color=MUTED,
                    margin_top="12px",
                ),
            ),
        ),
    )
