"""CrewAI answers where the rules are unsure; the rules' answers everywhere else.

An agent never overrides a confident rule and never makes a mapping confident: what
it says becomes the first suggestion that a person sees.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

from discovery_app.agents.asking import (
    LIMITS,
    AgentLimits,
    AnswerBook,
    AskAgent,
    Purse,
    Questioner,
)
from discovery_app.agents.assistant import AssetFacts, Assistant, ClassSuggestion
from discovery_app.agents.judgement import CONFIDENT
from discovery_app.agents.questions import (
    ClassAnswer,
    ClassAnswers,
    ColumnAnswer,
    ColumnAnswers,
    class_question,
    mapping_question,
    plain,
)
from discovery_app.domain.mapping import (
    ColumnProfile,
    MappingSuggestion,
    Outcome,
    RememberedMapping,
)
from discovery_app.knowledge.fields import ASSET_FIELDS, EDGE_PREFIX, field_of_target
from discovery_app.knowledge.value_support import Support, support

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

AGENT_CONFIDENCE_LIMIT: Final = CONFIDENT - 0.05
"""Nobody is spared the question because an agent sounds sure."""

_COLUMNS_A_QUESTION: Final = 40
_ASSETS_A_QUESTION: Final = 50
_REASON_LENGTH: Final = 200


class CrewAssistant:
    """Asks an agent about what the rules leave open, and checks its answers.

    Args:
        ask: Puts a question to the agent (``crew_agent.crew_agent`` makes one).
        fallback: Answers first; its answers stand wherever the agent's do not hold.
        book: Where answers are recorded; ``None`` asks every time.
        purse: Pays for the questions; by default one for this object.
    """

    def __init__(
        self,
        ask: AskAgent,
        fallback: Assistant,
        limits: AgentLimits = LIMITS,
        book: AnswerBook | None = None,
        purse: Purse | None = None,
    ) -> None:
        self._fallback = fallback
        self._questioner = Questioner(ask, limits, book, purse)

    def map_columns(
        self,
        source: str,
        columns: Sequence[ColumnProfile],
        memory: Sequence[RememberedMapping],
    ) -> list[MappingSuggestion]:
        """Return the rules' suggestions, the unsure ones with the agent's added."""
        suggestions = self._fallback.map_columns(source, columns, memory)
        for role in ("assets", "connections"):
            unsure = [
                (number, column)
                for number, column in enumerate(columns)
                if column.role == role and _is_unsure(suggestions[number])
            ]
            for part in _parts(unsure, _COLUMNS_A_QUESTION):
                question = mapping_question(source, role, part)
                answers = self._questioner.answer(question, ColumnAnswers)
                for answer in answers.answers if answers else ():
                    _take_mapping(answer, dict(part), suggestions)
        return suggestions

    def classify(self, assets: Sequence[AssetFacts]) -> list[ClassSuggestion]:
        """Return the rules' suggestions, and the agent's for assets they leave out."""
        found = self._fallback.classify(assets)
        told = {suggestion.record for suggestion in found}
        unsure = [(a.record, a) for a in assets if a.record not in told]
        for part in _parts(unsure, _ASSETS_A_QUESTION):
            answers = self._questioner.answer(class_question(part), ClassAnswers)
            asked = dict(part)
            for answer in answers.answers if answers else ():
                suggestion = _class_suggestion(answer, asked)
                if suggestion:
                    found.append(suggestion)
                    asked.pop(suggestion.record)
        return found


def _parts(
    items: Sequence[tuple[int, Item]], size: int
) -> list[Sequence[tuple[int, Item]]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _is_unsure(suggestion: MappingSuggestion) -> bool:
    """Return whether the rules left room; what a person once decided has none."""
    open_outcome = suggestion.outcome in {Outcome.REVIEW, Outcome.UNMAPPED}
    return open_outcome and suggestion.rule not in {"memory", "duplicate_target"}


def _take_mapping(
    answer: ColumnAnswer,
    asked: dict[int, ColumnProfile],
    suggestions: list[MappingSuggestion],
) -> None:
    """Put a valid answer into ``suggestions``; leave the rules' word if it is none."""
    column = asked.get(answer.number)
    if column is None or answer.target is None:
        return
    if not _may_be(answer.target, column):
        logger.warning("The agent named no fitting field; the rules' answer stands.")
        return
    old = suggestions[answer.number]
    rest = [candidate for candidate in old.candidates if candidate != answer.target]
    asks = old.outcome is Outcome.REVIEW
    suggestions[answer.number] = replace(
        old,
        target=answer.target if asks else None,
        confidence=min(answer.confidence, AGENT_CONFIDENCE_LIMIT),
        rule="agent",
        reason=f"An agent says: {plain(answer.reason, _REASON_LENGTH)}",
        unit=old.unit if answer.target == old.target else None,
        candidates=(answer.target, *rest),
        source="agent",
    )


def _may_be(target: str, column: ColumnProfile) -> bool:
    """Return whether ``target`` exists, suits the table and the values."""
    field = field_of_target(target)
    if field is None or target.startswith(EDGE_PREFIX) is not (
        column.role == "connections"
    ):
        return False
    return support(field, column) is not Support.CONTRADICTS


def _class_suggestion(
    answer: ClassAnswer, asked: dict[int, AssetFacts]
) -> ClassSuggestion | None:
    allowed = ASSET_FIELDS["asset_type"].allowed
    if answer.number not in asked or answer.asset_type not in allowed:
        return None
    return ClassSuggestion(
        record=answer.number,
        asset_type=answer.asset_type,
        confidence=min(answer.confidence, AGENT_CONFIDENCE_LIMIT),
        reason=f"An agent says: {plain(answer.reason, _REASON_LENGTH)}",
        source="agent",
    )
