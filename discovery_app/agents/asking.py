"""Puts questions to an agent within limits, and never pays for one twice.

Whatever goes wrong ends in ``None``: the rules' answer stands, and the log says why
without repeating what the agent or the file said.
"""

import hashlib
import logging
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel

from discovery_app.errors import UnavailableError

logger = logging.getLogger(__name__)

A = TypeVar("A", bound=BaseModel)

_CHARACTERS_A_TOKEN: Final = 4
"""A rule of thumb, good enough to stay within a budget."""

ANSWER_TOKENS: Final = 4_000
"""The longest answer; enough for a full question of any kind."""


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
    """What agents may spend on one workflow.

    Attributes:
        seconds: For one question, whatever the agent does.
        tokens: For all questions and answers together, estimated.
        seconds_in_all: For all questions together.
    """

    seconds: float = 30.0
    tokens: int = 200_000
    seconds_in_all: float = 600.0


LIMITS: Final = AgentLimits()


class Purse(Protocol):
    """What is left to spend on one workflow, over all its phases and tries."""

    def reserve(self, tokens: int) -> bool:
        """Take ``tokens`` before a question; false if they or the time are spent."""
        ...

    def spent(self, seconds: float) -> None:
        """Note how long a question took."""
        ...


class RunPurse:
    """A purse for one run, kept in memory."""

    def __init__(self, limits: AgentLimits) -> None:
        self._tokens = limits.tokens
        self._seconds = limits.seconds_in_all

    def reserve(self, tokens: int) -> bool:
        """Take ``tokens``; see ``Purse``."""
        if tokens > self._tokens or self._seconds <= 0:
            return False
        self._tokens -= tokens
        return True

    def spent(self, seconds: float) -> None:
        """Note the time; see ``Purse``."""
        self._seconds -= seconds


class Questioner:
    """Asks an agent.

    Args:
        ask: Puts a question to the agent (``crew_agent.crew_agent`` makes one).
        book: Where answers are recorded; ``None`` asks every time.
        purse: Pays; by default one for this object.
    """

    def __init__(
        self,
        ask: AskAgent,
        limits: AgentLimits,
        book: AnswerBook | None = None,
        purse: Purse | None = None,
    ) -> None:
        self._ask = ask
        self._limits = limits
        self._book = book
        self._purse = purse or RunPurse(limits)

    def answer(self, question: str, answer_type: type[A]) -> A | None:
        """Return the agent's answer, ``None`` if there is none that can be read."""
        digest = hashlib.sha256(question.encode()).hexdigest()
        try:
            book = self._book
            recorded = None if book is None else book.recall(digest)
            if recorded is not None:
                return answer_type.model_validate_json(recorded)
            answer = self._answer_in_time(question, answer_type)
            checked = answer_type.model_validate(answer.model_dump())
            if book is not None:
                book.record(digest, checked.model_dump_json())
        except Exception as error:  # noqa: BLE001 - an agent may fail in any way
            name = type(error).__name__
            logger.warning("The agent gave no answer (%s); rules stand.", name)
            return None
        return checked

    def _answer_in_time(self, question: str, answer_type: type[A]) -> A:
        """Ask in a thread of its own, which is left behind if it takes too long.

        Raises:
            UnavailableError: No answer came in time, or a limit is reached.
        """
        cost = len(question) // _CHARACTERS_A_TOKEN + ANSWER_TOKENS
        if not self._purse.reserve(cost):
            raise UnavailableError("A limit of this workflow's agents is reached.")
        replies: SimpleQueue[A | BaseException] = SimpleQueue()
        asking = Thread(
            target=_reply, args=(self._ask, question, answer_type, replies), daemon=True
        )
        began_at = time.monotonic()
        asking.start()
        try:
            reply = replies.get(timeout=self._limits.seconds)
        except Empty:
            raise UnavailableError("The agent took too long to answer.") from None
        finally:
            self._purse.spent(time.monotonic() - began_at)
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
