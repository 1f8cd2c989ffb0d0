"""Runs the first two phases over files, as the manager would."""

from pathlib import Path
from uuid import uuid4

from discovery_app.phases import data_source_analysis, data_validation
from discovery_app.phases.base import PhaseResult, SourceFile
from tests.factories import make_context


def analyse(*paths: Path, **corrections: str) -> PhaseResult:
    """Run ``data_source_analysis`` over files."""
    files = tuple(SourceFile(uuid4(), path.name, path, corrections) for path in paths)
    return data_source_analysis.run(make_context("data_source_analysis", files=files))


def validate(*paths: Path) -> PhaseResult:
    """Run both phases; return what ``data_validation`` leaves."""
    first = analyse(*paths)
    frames = {("data_source_analysis", name): f for name, f in first.frames.items()}
    return data_validation.run(
        make_context("data_validation", frames, data_source_analysis=first.output)
    )
