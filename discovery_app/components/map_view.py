"""The dependency map: boxes and lines where the server put them, and nothing else.

``assets/map.js`` zooms and pans it. Each box is a link, so that the keyboard and a
screen reader walk from one to the next.
"""

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from discovery_app.components.buttons import icon_button
from discovery_app.components.tokens import MUTED, as_var
from discovery_app.domain.map_page import (
    BOX_HEIGHT,
    BOX_WIDTH,
    MapBox,
    MapFrame,
    MapLegend,
    MapLine,
    MapPicture,
)

_SVG = rx.el.svg
_TIPS = ("plain", "crossing", "circle")
_STEPS = (
    ("zoom_in", "Zoom in", "in"),
    ("zoom_out", "Zoom out", "out"),
    ("maximize", "Show all of it", "all"),
)


def map_view(picture: MapPicture) -> rx.Component:
    """Return the picture with its zoom buttons and its legend."""
    shown = as_var(picture)
    return rx.box(
        rx.box(
            rx.el.svg(
                _SVG.title(shown.title),
                _SVG.defs(*map(_tip, _TIPS)),
                _SVG.g(rx.foreach(shown.frames, _frame)),
                _SVG.g(rx.foreach(shown.lines, _line)),
                _SVG.g(rx.foreach(shown.boxes, _box)),
                _SVG.g(rx.foreach(shown.lines, _label), aria_hidden="true"),
                view_box=shown.view_box,
                class_name="map",
                key=shown.about,
                custom_attrs={
                    "data-all": shown.view_box,
                    "preserveAspectRatio": "xMidYMid meet",
                },
            ),
            class_name="map-frame",
            role="group",
            aria_label=_label_of(shown.title),
            tab_index=0,
            custom_attrs={"data-map": "true"},
        ),
        rx.flex(
            *[
                icon_button(icon, word, custom_attrs={"data-map-step": step})
                for icon, word, step in _STEPS
            ],
            class_name="map-steps",
        ),
        _legend(shown),
        class_name="map-box",
    )


def _label_of(title: rx.Var | str) -> rx.Var:
    return (
        rx.Var.create("Dependency map: ").to(str)
        + rx.Var.create(title).to(str)
        + ". Plus and minus zoom, the arrow keys move, 0 shows all of it."
    )


def _tip(name: str) -> rx.Component:
    return _SVG.marker(
        _SVG.path(d="M0 0L8 4L0 8z"),
        id=f"map-tip-{name}",
        class_name=f"map-tip {name}",
        custom_attrs={
            "viewBox": "0 0 8 8",
            "refX": "7",
            "refY": "4",
            "markerWidth": "8",
            "markerHeight": "8",
            "markerUnits": "userSpaceOnUse",
            "orient": "auto",
        },
    )


def _frame(frame: MapFrame) -> rx.Component:
    return ReactRouterLink.create(
        _SVG.rect(
            x=frame.x,
            y=frame.y,
            width=frame.width,
            height=frame.height,
            rx=8,
            class_name="map-group",
        ),
        _SVG.text(
            frame.title, x=frame.x + 4, y=frame.y - 5, class_name="map-group-word"
        ),
        to=frame.href,
        custom_attrs={"aria-label": frame.title, "preventScrollReset": True},
    )


def _line(line: MapLine) -> rx.Component:
    return _SVG.path(
        _SVG.title(line.said),
        d=line.path,
        class_name=rx.Var.create("map-line ").to(str) + line.look,
        custom_attrs={"markerEnd": line.tip},
    )


def _label(line: MapLine) -> rx.Component:
    return rx.cond(
        line.label != "",
        _SVG.text(line.label, x=line.x, y=line.y, class_name="map-label"),
        rx.fragment(),
    )


def _box(box: MapBox) -> rx.Component:
    inside = _SVG.g(
        _SVG.title(box.said),
        _SVG.rect(
            x=box.x,
            y=box.y,
            width=BOX_WIDTH,
            height=BOX_HEIGHT,
            rx=6,
            class_name="body",
        ),
        _SVG.rect(
            x=box.x + 8, y=box.y + 11, width=22, height=22, rx=4, class_name="mark"
        ),
        _SVG.text(box.mark, x=box.x + 19, y=box.y + 26, class_name="mark-word"),
        _SVG.text(box.name, x=box.x + 38, y=box.y + 19, class_name="name"),
        _SVG.text(box.note, x=box.x + 38, y=box.y + 35, class_name="note"),
        _SVG.text(box.sign, x=box.x + BOX_WIDTH - 8, y=box.y + 18, class_name="sign"),
        class_name=rx.Var.create("map-node ").to(str) + box.look,
    )
    return rx.cond(
        box.href != "",
        ReactRouterLink.create(
            inside,
            to=box.href,
            custom_attrs={"aria-label": box.said, "preventScrollReset": True},
        ),
        inside,
    )


def _legend(shown: MapPicture) -> rx.Component:
    return rx.flex(
        rx.foreach(shown.legend, _environment),
        rx.foreach(shown.line_legend, _line_key),
        class_name="map-legend",
    )


def _line_key(one: MapLegend) -> rx.Component:
    return rx.flex(
        rx.el.svg(
            _SVG.path(
                d="M0 6H28",
                class_name=rx.Var.create("map-line ").to(str) + one.look,
            ),
            view_box="0 0 28 12",
            width="28",
            height="12",
            aria_hidden="true",
        ),
        rx.text(one.word, size="1", color=MUTED),
        align="center",
        gap="6px",
    )


def _environment(one: MapLegend) -> rx.Component:
    return rx.flex(
        rx.el.span(
            one.mark,
            class_name=rx.Var.create("map-key ").to(str) + one.look,
            aria_hidden="true",
        ),
        rx.text(one.word, size="1", color=MUTED),
        align="center",
        gap="6px",
    )
