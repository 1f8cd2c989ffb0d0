"""What the page of an engagement's analysis settings shows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SettingsForm:
    """The settings as they are typed.

    Attributes:
        ports: One a line.
    """

    zombie: str = ""
    idle: str = ""
    days: str = ""
    components: str = ""
    ports: str = ""


@dataclass(frozen=True)
class SettingsFacts:
    """Who set what holds, and what verdicts stand on.

    Attributes:
        changed: A sentence; for the project's defaults, too.
        data: The end-of-life data that the next verdicts stand on.
    """

    changed: str = ""
    reason: str = ""
    data: str = ""
