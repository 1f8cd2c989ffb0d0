"""Who judges in a run: the rules, or a crew over them where an LLM is configured."""

from uuid import UUID

from discovery_app.agents.asking import AgentLimits, AskAgent, Questioner
from discovery_app.agents.assistant import Assistant
from discovery_app.agents.crew import CrewAssistant
from discovery_app.agents.rules import RulesAssistant
from discovery_app.config import Settings, settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.domain.workflow import Claim
from discovery_app.services.agent_answers import AgentAnswerService
from discovery_app.services.agent_spendings import AgentSpendingService


def assistant_for(claim: Claim) -> Assistant:
    """Return the assistant of one workflow; its limits are the whole workflow's."""
    rules, chosen = RulesAssistant(), settings()
    if not chosen.llm_model:
        return rules
    limits = limits_of(chosen)
    return CrewAssistant(
        _ask(chosen),
        rules,
        limits,
        _AnswersOf(claim.scope, chosen.llm_model),
        _PurseOf(claim.scope, claim.workflow_id, limits),
    )


def questioner_for(scope: Scope, subject_id: UUID) -> Questioner:
    """Return who puts questions to the model for a workflow, or for a person.

    Args:
        subject_id: The workflow's id, or the engagement's where a person asked.
    """
    chosen = settings()
    limits = limits_of(chosen)
    return Questioner(
        _ask(chosen),
        limits,
        _AnswersOf(scope, chosen.llm_model),
        _PurseOf(scope, subject_id, limits),
    )


def limits_of(chosen: Settings) -> AgentLimits:
    """Return what one workflow may spend; a cost limit is one of tokens, too."""
    tokens = chosen.llm_token_limit
    if chosen.llm_cost_limit > 0 and chosen.llm_price_per_million_tokens > 0:
        bought = chosen.llm_cost_limit / chosen.llm_price_per_million_tokens
        tokens = min(tokens, int(bought * 1_000_000))
    return AgentLimits(
        seconds=chosen.llm_timeout_seconds,
        tokens=tokens,
        seconds_in_all=chosen.llm_seconds_limit,
    )


def _ask(chosen: Settings) -> AskAgent:
    # CrewAI takes seconds to import; only a runner that uses it pays.
    from discovery_app.agents.crew_agent import crew_agent

    key = chosen.llm_api_key.get_secret_value() if chosen.llm_api_key else ""
    return crew_agent(
        chosen.llm_model, chosen.llm_base_url, key, chosen.llm_timeout_seconds
    )


class _AnswersOf:
    """The answer book of one engagement."""

    def __init__(self, scope: Scope, model: str) -> None:
        self._scope = scope
        self._model = model

    def recall(self, question_hash: str) -> str | None:
        """Return the recorded answer as JSON, ``None`` if there is none."""
        with unit_of_work(self._scope) as session:
            return AgentAnswerService(session).recall(self._scope, question_hash)

    def record(self, question_hash: str, answer: str) -> None:
        """Keep ``answer`` (JSON)."""
        with unit_of_work(self._scope) as session:
            AgentAnswerService(session).record(
                self._scope, question_hash, self._model, answer
            )


class _PurseOf:
    """What is left to spend on one workflow, kept in the database."""

    def __init__(self, scope: Scope, subject_id: UUID, limits: AgentLimits) -> None:
        self._scope = scope
        self._subject_id = subject_id
        self._limits = limits

    def reserve(self, tokens: int) -> bool:
        """Take ``tokens``; see ``agents.asking.Purse``."""
        with unit_of_work(self._scope) as session:
            return AgentSpendingService(session).reserve(
                self._scope,
                self._subject_id,
                tokens,
                most_tokens=self._limits.tokens,
                most_seconds=self._limits.seconds_in_all,
            )

    def spent(self, seconds: float) -> None:
        """Note the time; see ``agents.asking.Purse``."""
        with unit_of_work(self._scope) as session:
            AgentSpendingService(session).spent(self._scope, self._subject_id, seconds)
