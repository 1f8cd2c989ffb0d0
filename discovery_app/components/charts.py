"""Charts in the look's colours: thin rules, no frame, colour only for a status."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import reflex as rx

from discovery_app.components.tokens import LINE, MUTED, Tone, Words, fill_color
from discovery_app.domain.display import RankedBar, Slice

Row = dict[str, Any]
_TICK = {"fontSize": 12, "fill": "var(--gray-11)"}
_TOOLTIP = {
    "background": "var(--color-panel-solid)",
    "border": "1px solid var(--gray-6)",
    "borderRadius": "6px",
    "fontSize": "12px",
    "padding": "8px",
}


def stacked_bars(
    rows: Sequence[Row] | rx.Var,
    series: Mapping[str, Tone],
    *,
    label: Words,
    ticks: Sequence[int] | None = None,
    height: int = 140,
    every: int = 0,
) -> rx.Component:
    """Return bars over ``rows[i]["name"]``, one segment a series, with a legend.

    Args:
        rows: In axis order; each has ``name`` and a number a series.
        series: Series name to tone, bottom first.
        label: The sentence a screen reader gets instead of the picture.
        ticks: Round numbers of the value axis, from zero up; without them the chart
            finds its own.
        height: Pixels, without the legend.
        every: How many axis labels to skip between two.
    """
    last = list(series)[-1]
    return rx.box(
        rx.recharts.bar_chart(
            rx.recharts.cartesian_grid(
                vertical=False, stroke=LINE, stroke_dasharray="0"
            ),
            *[
                rx.recharts.bar(
                    data_key=name,
                    stack_id="one",
                    fill=fill_color(tone),
                    is_animation_active=False,
                    radius=[2, 2, 0, 0] if name == last else 0,
                )
                for name, tone in series.items()
            ],
            rx.recharts.x_axis(
                data_key="name",
                tick_line=False,
                axis_line=False,
                custom_attrs={"tick": _TICK},
                # Without a number the labels that would overlap are left out.
                interval=every or "preserveStartEnd",
            ),
            rx.recharts.y_axis(
                tick_line=False,
                axis_line=False,
                width=32,
                allow_decimals=False,
                custom_attrs={"tick": _TICK},
                **_axis(ticks),
            ),
            rx.recharts.graphing_tooltip(
                content_style=_TOOLTIP, is_animation_active=False
            ),
            data=rows,
            width="100%",
            height=height,
            bar_category_gap="28%",
            margin={"top": 8, "right": 0, "bottom": 0, "left": 0},
        ),
        legend(series) if len(series) > 1 else rx.fragment(),
        role="img",
        aria_label=label,
    )


def ranked_bars(
    rows: rx.Var[Sequence[RankedBar]] | Sequence[RankedBar], *, label: str
) -> rx.Component:
    """Return bars as lines, for at most eight ``rows``, longest first."""
    return rx.box(
        rx.foreach(rows, _rank), role="group", aria_label=label, class_name="ranks"
    )


def share_list(
    rows: rx.Var[Sequence[Slice]] | Sequence[Slice], *, label: str
) -> rx.Component:
    """Return the numbers beside a ``donut``."""
    return rx.box(
        rx.foreach(
            rows,
            lambda row: rx.box(
                rx.box(class_name="swatch", background=row.fill),
                rx.text(row.name, size="2"),
                rx.text(row.value, size="2", align="right", class_name="num"),
                rx.text(
                    row.share, size="2", align="right", color=MUTED, class_name="num"
                ),
                class_name="share",
            ),
        ),
        flex="1",
        min_width="180px",
        role="group",
        aria_label=label,
    )


def _rank(row: RankedBar) -> rx.Component:
    return rx.box(
        rx.text(row.word, size="1", class_name="truncate", title=row.word),
        rx.box(
            rx.box(width=f"{row.percent}%", class_name="bar completed-accent"),
            class_name="track flat",
        ),
        rx.text(row.value, size="1", align="right", color=MUTED, class_name="num"),
        class_name="rank",
    )


def donut(
    rows: rx.Var[Sequence[Slice]] | Sequence[Slice],
    *,
    total: Words,
    unit: str,
    label: Words,
) -> rx.Component:
    """Return a ring of ``rows`` with the total in its middle."""
    plain = rows.to(list[Row]) if isinstance(rows, rx.Var) else rows
    return rx.box(
        rx.recharts.pie_chart(
            rx.recharts.pie(
                data=cast("rx.Var[Sequence[Row]]", plain),
                data_key="value",
                name_key="name",
                inner_radius=54,
                outer_radius=76,
                padding_angle=1,
                start_angle=90,
                end_angle=-270,
                stroke="none",
                is_animation_active=False,
            ),
            width=160,
            height=160,
        ),
        rx.box(
            rx.text(total, size="5", weight="medium", class_name="num", align="center"),
            rx.text(unit, size="1", color=MUTED, align="center"),
            class_name="donut-middle",
        ),
        class_name="donut",
        role="img",
        aria_label=label,
    )


def _axis(ticks: Sequence[int] | None) -> dict[str, Any]:
    if ticks is None:
        return {}
    return {"ticks": list(ticks), "domain": [0, ticks[-1]], "interval": 0}


def legend(series: Mapping[str, Tone]) -> rx.Component:
    """Return the names of the series with their colours."""
    return rx.flex(
        *[
            rx.flex(
                rx.box(class_name="swatch", background=fill_color(tone)),
                rx.text(name, size="1", color=MUTED),
                align="center",
                gap="6px",
            )
            for name, tone in series.items()
        ],
        gap="16px",
        row_gap="4px",
        wrap="wrap",
        margin_top="8px",
    )
