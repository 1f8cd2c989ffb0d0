"""What the modernisation page shows beside a list: why an asset is treated so."""

import reflex as rx

from discovery_app.components.buttons import link_button, plain_button, quiet_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.drawer import drawer, drawer_section, verdict
from discovery_app.components.facts import sourced
from discovery_app.components.field_select import field_select
from discovery_app.components.support_label import support_label
from discovery_app.components.tokens import MUTED, how_many, said, when, when_said
from discovery_app.domain.modernisation_page import InputLine, SupportRow
from discovery_app.states.modernisation import TREATMENTS, ModernisationState


def advice_drawer() -> rx.Component:
    """Return the asset that is open, with a person's word over the advice."""
    shown = ModernisationState.open_one
    return drawer(
        shown.asset,
        verdict(shown.advice, shown.reason, "Rule " + said(shown.rule)),
        when_said(shown.decided, rx.text(shown.decided, size="2")),
        when_said(shown.rules, rx.text(shown.rules, size="2", color=MUTED)),
        drawer_section(
            "What the rule saw",
            rx.el.dl(rx.foreach(shown.inputs, _input), class_name="inputs"),
            when(
                how_many(shown.inputs) == 0,
                rx.text("This rule looks at nothing else.", size="2", color=MUTED),
            ),
        ),
        drawer_section(
            "Effort",
            rx.text(shown.effort, size="2"),
            rx.text(shown.effort_reason, size="1", color=MUTED),
        ),
        drawer_section("Also matched", rx.text(shown.also, size="2", color=MUTED)),
        when(
            how_many(shown.products) > 0,
            drawer_section("Its products", rx.foreach(shown.products, _product)),
        ),
        rx.flex(
            when(ModernisationState.may_override, _override()),
            when(
                ModernisationState.may_override & (said(shown.decided) != ""),
                _withdraw(),
            ),
            link_button(
                "Open asset",
                said("/engagements/")
                + ModernisationState.engagement_id
                + "/assets?asset="
                + shown.asset_id,
            ),
            gap="8px",
            align="center",
            wrap="wrap",
            margin_top="20px",
        ),
        on_close=ModernisationState.close,
        subtitle="Judged as of " + said(shown.as_of),
    )


def _input(line: InputLine) -> rx.Component:
    return sourced(line.name, line.value, line.note)


def _product(row: SupportRow) -> rx.Component:
    return rx.box(
        rx.flex(
            rx.text(row.product, size="2", class_name="breaks"),
            support_label(row.state),
            justify="between",
            gap="8px",
        ),
        rx.text(row.evidence, size="1", color=MUTED),
        padding="6px 0",
    )


def _override() -> rx.Component:
    return confirm_dialog(
        plain_button("Override…"),
        "Decide otherwise for " + said(ModernisationState.open_one.asset),
        "Your word holds instead of the rules' advice, and later imports keep it. The "
        "rules' advice stays visible beside it.",
        "Override the advice",
        on_confirm=ModernisationState.override,
        reason=ModernisationState.reason,
        on_reason=ModernisationState.write_reason,
        reason_hint="The vendor confirmed a successor for next quarter.",
        blocked=ModernisationState.treatment == "",
        content=rx.box(
            rx.text("Treatment", size="2", class_name="label", margin_bottom="4px"),
            field_select(
                "Treatment",
                ModernisationState.treatment_word,
                list(TREATMENTS),
                ModernisationState.choose_treatment,
                search="Search treatments",
            ),
            margin_top="16px",
        ),
        on_open_change=ModernisationState.ask,
    )


def _withdraw() -> rx.Component:
    return confirm_dialog(
        quiet_button("Take back…"),
        "Let the rules decide again?",
        "The decision is taken back; what the rules advise holds again.",
        "Take the decision back",
        on_confirm=ModernisationState.withdraw,
        reason=ModernisationState.reason,
        on_reason=ModernisationState.write_reason,
        reason_hint="The reason for the exception is gone.",
        on_open_change=ModernisationState.ask,
    )
