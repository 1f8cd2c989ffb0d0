"""Who judges in a run: the rules, or a crew over them where an LLM is configured."""

from discovery_app.agents.assistant import Assistant
from discovery_app.agents.rules import RulesAssistant
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.services.agent_answers import AgentAnswerService


def assistant_for(scope: Scope) -> Assistant:
    """Return the assistant of one workflow's run; its token budget is that run's."""
    rules, chosen = RulesAssistant(), settings()
    if not chosen.llm_model:
        return rules
    # CrewAI takes seconds to import; only a runner that uses it pays.
    from discovery_app.agents.crew import AgentLimits, CrewAssistant
    from discovery_app.agents.crew_agent import crew_agent

    key = chosen.llm_api_key.get_secret_value() if chosen.llm_api_key else ""
    seconds = chosen.llm_timeout_seconds
    return CrewAssistant(
        crew_agent(chosen.llm_model, chosen.llm_base_url, key, seconds),
        rules,
        AgentLimits(seconds=seconds, tokens=chosen.llm_token_limit),
        _AnswersOf(scope, chosen.llm_model),
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
