"""Dependencies: what needs what, what is noise, and what moves together."""

import reflex as rx

from discovery_app.components.buttons import link_button
from discovery_app.components.drawer import drawer, drawer_section
from discovery_app.components.export_menu import export_menu
from discovery_app.components.frame import frame
from discovery_app.components.layout import tiles, with_drawer
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.tokens import MUTED, Tone, said, when_said
from discovery_app.domain.dependency_page import (
    MemberLine,
)
from discovery_app.pages.dependency_lists import dependency_views
from discovery_app.pages.evaluation import evaluate_dialog, evaluation_notices
from discovery_app.states.dependencies import DependenciesState
from discovery_app.states.evaluation import EvaluationState
from discovery_app.states.session import SessionState


@rx.page(
    route="/engagements/[engagement_id]/dependencies",
    title="Dependencies · Discovery",
    on_load=[
        SessionState.load,
        SessionState.watch,
        DependenciesState.watch,
        EvaluationState.watch,
    ],
)
def dependencies() -> rx.Component:
    """Show a map and three lists of one engagement; a group's members beside it."""
    place = said("/engagements/") + DependenciesState.engagement_id
    return frame(
        "Dependencies",
        page_header(
            "Dependencies",
            link_button("Settings", place + "/settings"),
            evaluate_dialog(),
            export_menu(
                (("Dependencies", said("/api/v1") + place + "/exports/dependencies"),)
            ),
            subtitle="From connections that were seen and from what the lists say",
        ),
        notice(DependenciesState.problem, tone=Tone.BAD),
        evaluation_notices(),
        _tiles(),
        with_drawer(dependency_views(), _drawer(), DependenciesState.detail.name != ""),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _tiles() -> rx.Component:
    shown = DependenciesState.tiles
    here = said("/engagements/") + DependenciesState.engagement_id + "/dependencies"
    return tiles(
        metric_tile(
            "Dependencies",
            shown.edges,
            shown.edges_note,
            "share_2",
            href=here + "?view=edges",
        ),
        metric_tile(
            "Left aside as noise",
            shown.noise,
            shown.noise_note,
            "volume_x",
            href=here + "?view=edges&noise=only",
        ),
        metric_tile(
            "To shared services",
            shown.shared,
            shown.shared_note,
            "server",
            href=here + "?view=edges&shared=yes",
        ),
        metric_tile(
            "Unknown endpoints",
            shown.unknown,
            shown.unknown_note,
            "circle_help",
            href=here + "?view=unknown",
        ),
        metric_tile(
            "Move groups",
            shown.groups,
            shown.groups_note,
            "package",
            href=here + "?view=groups",
        ),
    )


def _drawer() -> rx.Component:
    shown = DependenciesState.detail
    return drawer(
        shown.name,
        rx.link("Show it on the map", href=shown.map_href, size="2"),
        when_said(
            shown.also_needs,
            drawer_section(
                "Also needs, with many others",
                rx.text(shown.also_needs, size="2", class_name="breaks"),
            ),
        ),
        drawer_section("Its assets", rx.foreach(shown.members, _member)),
        on_close=DependenciesState.close,
        subtitle=shown.subtitle,
    )


def _member(line: MemberLine) -> rx.Component:
    return rx.box(
        rx.link(line.name, href=line.href, size="2", class_name="breaks"),
        rx.text(line.note, size="1", color=MUTED),
        padding="4px 0",
    )
