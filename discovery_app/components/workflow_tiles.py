"""How many workflows run, wait, are stuck, failed and completed; each tile a filter."""

from typing import Final

import reflex as rx

from discovery_app.components.layout import tiles
from discovery_app.components.metric_tile import metric_tile
from discovery_app.components.status_badge import LOOKS
from discovery_app.components.tokens import Tone
from discovery_app.domain.board_lines import BoardTiles, TileWords

_BOARD: Final = "/workflows?status="


def workflow_tiles(shown: BoardTiles) -> rx.Component:
    """Return the tiles of the board's totals; each opens the board on its rows."""
    return tiles(
        _tile("Running", shown.running, "running", Tone.ACTIVE),
        _tile("Waiting", shown.waiting, "waiting_for_approval", Tone.ATTENTION),
        _tile("Stuck", shown.stuck, "stuck", Tone.BAD),
        _tile("Failed", shown.failed, "failed", Tone.BAD),
        _tile(
            "Completed today", shown.completed, "completed", Tone.GOOD, "&sort=-started"
        ),
    )


def _tile(
    label: str, words: TileWords, status: str, tone: Tone, more: str = ""
) -> rx.Component:
    return metric_tile(
        label,
        words.value,
        words.note,
        LOOKS[status].icon,
        tone=tone,
        href=f"{_BOARD}{status}{more}",
    )
