"""Every source that is known: how it is told, and what it fixes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from discovery_app.knowledge import (
    own_exports,
    platform_sources,
    source_presets,
    source_rules,
)
from discovery_app.knowledge.source_presets import Preset
from discovery_app.knowledge.source_rules import SourceRule

SOURCE_RULES: Final[tuple[SourceRule, ...]] = (
    *own_exports.RULES,
    *source_rules.SOURCE_RULES,
    *platform_sources.RULES,
)
"""In the order in which the first of equals wins."""

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {**source_presets.PRESETS, **platform_sources.PRESETS, **own_exports.PRESETS}
)
"""By the slug of ``sources.SourceGuess.source``."""
