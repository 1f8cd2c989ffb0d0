"""Asks a CrewAI crew of one agent; the only module that knows CrewAI."""

import os
from typing import TypeVar

from pydantic import BaseModel

from discovery_app.agents.asking import ANSWER_TOKENS, AskAgent
from discovery_app.errors import UnavailableError

A = TypeVar("A", bound=BaseModel)


def crew_agent(
    model: str, base_url: str, api_key: str, timeout_seconds: float
) -> AskAgent:
    """Return a way to ask a CrewAI crew of one agent.

    Args:
        model: A CrewAI model string, e.g. ``openai/<name>``.
        base_url: Where the model is served; empty for the provider's own address.
        api_key: Empty where the server needs none.
        timeout_seconds: For each request to the model.
    """

    def ask(question: str, answer_type: type[A]) -> A:
        return _ask_crew(
            _language_model(model, base_url, api_key, timeout_seconds),
            question,
            answer_type,
        )

    return ask


def _language_model(
    model: str, base_url: str, api_key: str, timeout_seconds: float
) -> object:
    # CrewAI reads these when it is imported, which takes seconds: late, and only by
    # runners that ask. Nothing about a client's file may leave by telemetry.
    os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
    os.environ["CREWAI_TRACING_ENABLED"] = "false"
    from crewai import LLM

    return LLM(
        model=model,
        base_url=base_url or None,
        api_key=api_key or None,
        timeout=timeout_seconds,
        temperature=0.0,
        max_tokens=ANSWER_TOKENS,
    )


def _ask_crew(language_model: object, question: str, answer_type: type[A]) -> A:
    """Run a crew of one agent and one task.

    The question is no template: ``kickoff`` gets no inputs, so braces in a cell are
    nothing to fill in.

    Raises:
        UnavailableError: The crew's answer does not have the shape asked for.
    """
    from crewai import Agent, Crew, Process, Task

    agent = Agent(
        role="Inventory analyst",
        goal="Say what the columns and rows of infrastructure inventories mean.",
        backstory="You read inventory exports for cloud migrations and never guess.",
        llm=language_model,
        allow_delegation=False,
        verbose=False,
        max_iter=2,
    )
    task = Task(
        description=question,
        expected_output="One JSON object of the given shape.",
        agent=agent,
        output_pydantic=answer_type,
    )
    crew = Crew(agents=[agent], tasks=[task], process=Process.sequential, verbose=False)
    answer = getattr(crew.kickoff(), "pydantic", None)
    if not isinstance(answer, answer_type):
        raise UnavailableError("The agent's answer does not have the shape asked for.")
    return answer
