"""What the modernisation page shows of the summary."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SummaryShown:
    """The summary in words.

    Attributes:
        application: What it is about; empty for the engagement.
        author: ``rules``, ``model`` or ``person``.
        byline: Who wrote it and when, and what was checked.
        doubts: A sentence; empty if there is no doubt.
        note: Why a model's text is not shown.
        waits: Whether a model is about to write.
        whole: All of it as plain text, to begin an override with.
    """

    application: str = ""
    headline: str = ""
    paragraphs: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    author: str = ""
    byline: str = ""
    doubts: str = ""
    note: str = ""
    waits: bool = False
    may_ask: bool = False
    whole: str = ""
