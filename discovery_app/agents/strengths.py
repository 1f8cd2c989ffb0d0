"""How sure each rule on headers is: an order of strength, chosen and not measured."""

from typing import Final

EXACT: Final = 0.95
FOREIGN: Final = 0.93
UNIT_STRIPPED: Final = 0.91
BOUND: Final = 0.86
CONCEPT: Final = 0.85
CORRECTED: Final = 0.82
UNSURE: Final = 0.65
"""All but the last are at or above ``judgement.CONFIDENT``."""
