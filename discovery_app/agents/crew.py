"""CrewAI answers where the rules are unsure; the rules' answers everywhere else.

An agent never overrides a confident rule and never makes a mapping confident: what
it says becomes the first suggestion that a person sees.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel

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
from discovery_app.errors import UnavailableError
from discovery_app.knowledge.fields import ASSET_FIELDS, EDGE_PREFIX, field_of_target
from discovery_app.knowledge.value_support import Support, support

logger = logging.getLogger(__name__)

A = TypeVar("A", bound=BaseModel)
Item = TypeVar("Item")

AGENT_CONFIDENCE_LIMIT: Final = CONFIDENT - 0.05
"""Nobody is spared the question because an agent sounds sure."""

_COLUMNS_A_QUESTION: Final = 40
_ASSETS_A_QUESTION: Final = 50
_CHARACTERS_A_TOKEN: Final = 4
"""A rule of thumb, good enough to stay within a budget."""

ANSWER_TOKENS: Final = 4_000
"""The longest answer; enough for a full question of either kind."""

_REASON_LENGTH: Final = 200


class AskAgent(Protocol):
    """Puts one question to an agent."""

    def __call__(self, question: str, answer_type: type[A]) -> A:
        """Return the agent's answer; may raise anything."""
        ...


class AnswerBook(Protocol):
    """Keeps answers by the hash of their question, so that none is paid for twice."""

    def recall(self, question_hash: str) -> str | None:
        """Return the recorded answer as JSON, ``None`` if there is none."""
        ...

    def record(self, question_hash: str, answer: str) -> None:
        """Keep ``answer`` (JSON)."""
        ...


@dataclass(frozen=True)
class AgentLimits:
    """What an assistant may spend in one run.

    Attributes:
        seconds: For one question, whatever the agent does.
        tokens: For all questions and answers of the run together, estimated.
    """

    seconds: float = 30.0
    tokens: int = 200_000


class CrewAssistant:
    """Asks an agent about what the rules leave open, and checks its answers.

    Args:
        ask: Puts a question to the agent (``crew_agent.crew_agent`` makes one).
        fallback: Answers first; its answers stand wherever the agent's do not hold.
        book: Where answers are recorded; ``None`` asks every time.
    """

    def __init__(
        self,
        ask: AskAgent,
        fallback: Assistant,
        limits: AgentLimits = AgentLimits(),
        book: AnswerBook | None = None,
    ) -> None:
        self._ask = ask
        self._fallback = fallback
        self._limits = limits
        self._book = book
        self._tokens_left = limits.tokens

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
                answers = self._answers(question, ColumnAnswers)
                for answer in answers.answers if answers else ():
                    _take_mapping(answer, dict(part), suggestions)
        return suggestions

    def classify(self, assets: Sequence[AssetFacts]) -> list[ClassSuggestion]:
        """Return the rules' suggestions, and the agent's for assets they leave out."""
        found = self._fallback.classify(assets)
        told = {suggestion.record for suggestion in found}
        unsure = [(a.record, a) for a in assets if a.record not in told]
        for part in _parts(unsure, _ASSETS_A_QUESTION):
            answers = self._answers(class_question(part), ClassAnswers)
            asked = dict(part)
            for answer in answers.answers if answers else ():
                suggestion = _class_suggestion(answer, asked)
                if suggestion:
                    found.append(suggestion)
                    asked.pop(suggestion.record)
        return found

    def _answers(self, question: str, answer_type: type[A]) -> A | None:
        """Return the agent's answer, ``None`` if there is none that can be read."""
        digest = hashlib.sha256(question.encode()).hexdigest()
        try:
            recorded = self._book.recall(digest) if self._book else None
            if recorded is not None:
                return answer_type.model_validate_json(recorded)
            answer = self._answer_in_time(question, answer_type)
            checked = answer_type.model_validate(answer.model_dump())
            if self._book:
                self._book.record(digest, checked.model_dump_json())
        except Exception as error:  # noqa: BLE001 - an agent may fail in any way
            name = type(error).__name__
            logger.warning("The agent gave no answer (%s); rules stand.", name)
            return None
        return checked

    def _answer_in_time(self, question: str, answer_type: type[A]) -> A:
        """Ask in a thread of its own, which is left behind if it takes too long.

        Raises:
            UnavailableError: No answer came in time, or the token limit is reached.
        """
        cost = len(question) // _CHARACTERS_A_TOKEN + ANSWER_TOKENS
        if cost > self._tokens_left:
            raise UnavailableError("The token limit of this run is reached.")
        self._tokens_left -= cost
        replies: SimpleQueue[A | BaseException] = SimpleQueue()
        asking = Thread(
            target=_reply, args=(self._ask, question, answer_type, replies), daemon=True
        )
        asking.start()
        try:
            reply = replies.get(timeout=self._limits.seconds)
        except Empty:
            raise UnavailableError("The agent took too long to answer.") from None
        if isinstance(reply, BaseException):
            raise reply
        return reply


def _reply(
    ask: AskAgent, question: str, answer_type: type[A], replies: "SimpleQueue[object]"
) -> None:
    try:
        replies.put(ask(question, answer_type))
    except BaseException as error:  # noqa: BLE001 - handed to the asking thread
        replies.put(error)


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
