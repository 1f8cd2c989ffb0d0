"""The discovery phases, in the order they run.

Adding a phase takes one file, ``phases/<name>.py`` with ``TITLE``, ``WEIGHT``,
``ITEM_KIND`` and ``run(context) -> PhaseResult``, and one line in ``ORDER``. Where the
later phases can do without it, ``accepted(state) -> PhaseResult`` says what it leaves
when a person accepts that it failed.
"""

from functools import lru_cache
from importlib import import_module
from typing import Final

from discovery_app.errors import UnknownPhaseError
from discovery_app.phases.base import Phase

ORDER: Final[tuple[str, ...]] = (
    "data_source_analysis",
    "data_validation",
    "field_mapping",
    "data_cleansing",
    "asset_classification",
    "dependency_analysis",
    "tech_debt_analysis",
    "database_integration",
)


@lru_cache(maxsize=len(ORDER))
def load_phase(name: str) -> Phase:
    """Return the phase called ``name``.

    Raises:
        UnknownPhaseError: ``name`` is not in ``ORDER``.
    """
    if name not in ORDER:
        raise UnknownPhaseError(name)
    module = import_module(f"{__name__}.{name}")
    return Phase(
        name=name,
        title=module.TITLE,
        weight=module.WEIGHT,
        item_kind=module.ITEM_KIND,
        run=module.run,
        accepted=getattr(module, "accepted", None),
    )


def phase_after(name: str) -> str | None:
    """Return the phase that follows ``name``, or ``None`` after the last."""
    following = ORDER.index(name) + 1
    return ORDER[following] if following < len(ORDER) else None


@lru_cache(maxsize=1000)
def progress_percentage(name: str, fraction: float) -> int:
    """Return how far a workflow is, 0 to 100, with ``fraction`` of ``name`` done.

    The phases' weights are their shares of the bar.
    """
    weights = [load_phase(one).weight for one in ORDER]
    at = ORDER.index(name)
    done = sum(weights[:at]) + weights[at] * min(max(fraction, 0.0), 1.0)
    return int(100 * done / sum(weights))
