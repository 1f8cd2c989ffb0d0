"""A phase is one file, one line and one test; these hold the three together."""

import inspect
from pathlib import Path

import pytest

from discovery_app import phases
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.phases.base import PhaseContext, PhaseResult


def test_every_phase_file_is_registered():
    folder = Path(phases.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "base"}
    assert files == set(phases.ORDER)


@pytest.mark.parametrize("name", phases.ORDER)
def test_every_phase_has_the_one_form(name):
    phase = phases.load_phase(name)
    signature = inspect.signature(phase.run)
    assert [p.annotation for p in signature.parameters.values()] == [PhaseContext]
    assert signature.return_annotation is PhaseResult
    assert phase.title
    assert phase.item_kind
    assert phase.weight > 0


@pytest.mark.parametrize("name", phases.ORDER)
def test_every_phase_has_a_test(name):
    assert (Path(__file__).parents[1] / "phases" / f"test_{name}.py").exists()


@pytest.mark.parametrize("name", phases.ORDER)
def test_every_phase_has_its_part_of_the_state(name):
    assert name in DiscoveryFlowState.model_fields
