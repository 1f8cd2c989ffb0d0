"""Whether a product is still supported; reads like a status."""

import reflex as rx

from discovery_app.components.status_badge import StatusLook, look_label
from discovery_app.components.tokens import Tone

LOOKS: dict[str, StatusLook] = {
    "supported": StatusLook("Supported", "circle_check", Tone.GOOD),
    "eol_within_12_months": StatusLook("Within 12 months", "hourglass", Tone.ATTENTION),
    "extended_only": StatusLook("Extended only", "shield_alert", Tone.BAD),
    "eol": StatusLook("Ended", "circle_x", Tone.BAD),
    "version_ambiguous": StatusLook("Ambiguous", "circle_dashed", Tone.NEUTRAL),
    "unknown_product": StatusLook("Unknown", "circle_help", Tone.NEUTRAL),
}


def support_label(state: rx.Var[str] | str) -> rx.Component:
    """Return icon and word for an end-of-life ``state``."""
    cases = [(value, look_label(look)) for value, look in LOOKS.items()]
    return rx.fragment(rx.match(state, *cases, look_label(LOOKS["unknown_product"])))
