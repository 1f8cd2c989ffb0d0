"""Headers that are paths, as a nested export gives them: ``host.os.name``."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from discovery_app.agents.column import Column
from discovery_app.agents.header_rules import proven
from discovery_app.agents.judgement import Judgement
from discovery_app.domain.mapping import Outcome
from discovery_app.knowledge.header_units import split_header
from discovery_app.knowledge.source_headers import SOURCE_BOUND

_STEP: Final = re.compile(r"^[A-Za-z_][A-Za-z0-9_\[\]-]*$")

_COMPONENTS: Final = frozenset(
    {"disk", "drive", "volume", "nic", "adapter", "battery", "monitor", "display"}
    | {"cpu", "processor", "dimm", "gpu", "controller", "enclosure", "printer"}
    | {"software", "license", "user", "customer", "contract", "rack", "switch"}
    | {"agent", "gateway", "backup"}
)
"""What has a name, model or serial number of its own beside the machine's."""

_OF_THE_MACHINE: Final = frozenset(
    {"host", "os", "system", "hardware", "machine", "server", "node", "vm", "guest"}
    | {"computer", "device", "instance", "asset", "dmi", "product", "bios", "profile"}
    | {
        "vars",
        "config",
        "configuration",
        "properties",
        "summary",
        "attributes",
        "facts",
    }
    | {"spec", "meta", "metadata", "general", "inventory", "details", "identity"}
    | {"network", "networking", "interfaces", "location", "placement", "tag", "tags"}
    | {"state", "power", "memory", "cpu", "processors", "storage", "runtime", "data"}
    | {"labels", "custom", "fields", "item", "resource", "result", "base", "core"}
)
"""Steps of a path that stay with the machine; any other may lead to a part of it, to
a neighbour or to a person."""

_SAYS_NOTHING: Final = frozenset({"name", "value", "code", "displayname"})
"""Ends of paths that say what the step before says: ``State.Name`` is the state."""

Rule = Callable[[Column], Judgement | None]


def without_path(column: Column, judge: Rule) -> Judgement | None:
    """Judge the end of a path, as ``configuration.privateIpAddress`` in JSON is one.

    Its last step alone says less than a header does, so the values must agree; and a
    step that is not the machine itself (``network.gateway.ip``) is asked about.
    """
    steps = column.profile.header.strip().split(".")
    if len(steps) < 2 or column.is_closed or not all(map(_STEP.match, steps)):
        return None
    for before, rest in _ends(steps):
        bare = column.called(rest)
        found = None if bare.normal in SOURCE_BOUND else judge(bare)
        if found is not None:
            is_last_alone = len(before) == len(steps) - 1
            return _along(before, proven(found) if is_last_alone else found)
    return None


def _ends(steps: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """Return what the end of a path may be called, and the steps that lead there."""
    parent, last = steps[-2:]
    yield steps[:-2], f"{parent} {last}"
    words = {word.rstrip("s") for word in split_header(parent).words}
    if not words.isdisjoint(_COMPONENTS):
        return
    if last.casefold() in _SAYS_NOTHING:
        yield steps[:-2], parent
    else:
        yield steps[:-1], last


def _along(before: Sequence[str], found: Judgement) -> Judgement:
    """Return the judgement of a path's end, in review if a step leads elsewhere."""
    words = {word for step in before for word in split_header(step).words}
    elsewhere = [word for word in words - _OF_THE_MACHINE if not word.isdigit()]
    if not (found.is_confident and elsewhere):
        return found
    return found.changed(Outcome.REVIEW, "But the path may lead to something else.")
