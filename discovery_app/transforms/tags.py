"""What an asset's tags say of holds and of change."""

import json
import re

from discovery_app.knowledge.treatment_catalogue import CHANGE_TAG, DENIALS, HOLD_TAG

_HOLD = re.compile(HOLD_TAG)
_CHANGE = re.compile(CHANGE_TAG)


def hold_of(tags: str) -> str | None:
    """Return the tag that holds the asset where it is, as ``key: value``, if one does.

    ``tags`` is a JSON object. A key that names a hold counts unless its value denies
    it; a value that names one counts under any key.
    """
    for key, value in _pairs(tags):
        names_it = _HOLD.search(key.casefold())
        if names_it and value.casefold() not in DENIALS:
            return f"{key}: {value}"
        if _HOLD.search(value.casefold()):
            return f"{key}: {value}"
    return None


def change_tolerated(tags: str) -> bool | None:
    """Return whether the tags say that change is tolerated, if they speak of it."""
    for key, value in _pairs(tags):
        if _CHANGE.search(key.casefold()):
            return value.casefold() not in DENIALS
    return None


def _pairs(tags: str) -> list[tuple[str, str]]:
    try:
        content = json.loads(tags)
    except ValueError:
        return []
    if not isinstance(content, dict):
        return []
    return [(str(key), str(value).strip()) for key, value in content.items()]
