"""Narratives are asked for, written by runners, checked, and a person's word stands."""

from dataclasses import replace
from uuid import uuid4

import pytest

from discovery_app.agents.asking import AgentLimits, Questioner
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, WorkerScope
from discovery_app.domain.engagement_request import AskedFor
from discovery_app.domain.narrative import Author
from discovery_app.errors import (
    InvalidInputError,
    LostRequestError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.jobs.asked_work import AskedWork
from discovery_app.jobs.assistants import limits_of
from discovery_app.services.agent_spendings import AgentSpendingService
from discovery_app.services.engagement_requests import EngagementRequestService
from discovery_app.services.narratives import NarrativeService
from discovery_app.services.reassessment import ReassessmentService
from tests.conftest import TestDatabase
from tests.services.inventory import AS_OF, Estate, candidates

WORKER = WorkerScope("worker-1/1")
ROWS = (
    {"asset_name": "a", "key_fqdn": "a", "operating_system": "CentOS 7"},
    {"asset_name": "b", "key_fqdn": "b", "in_scope": False},
)
GOOD = {"headline": "1 of 2 assets is in scope.", "paragraphs": ["CentOS 7 is old."]}


@pytest.fixture
def estate(database: TestDatabase, monkeypatch) -> Estate:
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "openai/test")
    settings.cache_clear()
    found = Estate(database)
    found.publish(candidates(*ROWS))
    with unit_of_work(found.scope) as session:
        asked = AskedFor(found.scope, "", AS_OF, "First look.", "Ada")
        ReassessmentService(session).run(asked)
    return found


def answering(content):
    def ask(question, answer_type):
        if content is None:
            raise TimeoutError
        return answer_type(**content)

    return lambda scope, subject: Questioner(ask, AgentLimits())


def narrate(worker, questioner):
    return AskedWork(worker, questioner=questioner).do_next()


def view(estate: Estate):
    with unit_of_work(estate.scope) as session:
        return NarrativeService(session).view(estate.scope)


def ask(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        NarrativeService(session).ask(estate.scope)


def override(estate: Estate, words: str, reason: str = "Agreed with the client."):
    with unit_of_work(estate.scope) as session:
        return NarrativeService(session).override(estate.scope, words, reason)


def test_the_rules_speak_until_a_model_does(estate: Estate) -> None:
    seen = view(estate)

    assert (seen.author, seen.waits, seen.may_ask) == (Author.RULES, False, True)
    assert seen.text.headline == "In scope for migration: 1 of 2 assets."
    assert seen.text.risks == ["centos 7 is past its regular support on 1 asset."]


def test_a_runner_has_it_written_and_the_page_says_by_whom(estate: Estate) -> None:
    ask(estate)
    ask(estate)
    assert view(estate).waits

    assert narrate(WORKER, answering(GOOD))

    seen = view(estate)
    assert (seen.author, seen.model, seen.waits) == (Author.MODEL, "openai/test", False)
    assert seen.text.headline == GOOD["headline"]
    assert not narrate(WORKER, answering(GOOD))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD | {"paragraphs": ["And 77 more."]}, "what the facts do not: 77"),
        (None, "no usable answer"),
        ({"headline": "x"}, "no usable answer"),
    ],
)
def test_what_does_not_hold_is_not_shown_and_said(estate, content, told) -> None:
    ask(estate)
    narrate(WORKER, answering(content))

    seen = view(estate)

    assert seen.author is Author.RULES
    assert told in seen.note
    assert not seen.waits


def test_a_text_ends_with_the_facts_it_was_written_from(estate: Estate) -> None:
    ask(estate)
    narrate(WORKER, answering(GOOD))

    estate.publish(candidates({"asset_name": "c", "key_fqdn": "c"}))

    seen = view(estate)
    assert seen.author is Author.RULES
    assert "changed since the model wrote" in seen.note


def test_a_persons_words_stand_over_both_and_can_be_taken_back(estate: Estate) -> None:
    ask(estate)
    seen = override(estate, "All is well.\n\nTruly.")
    narrate(WORKER, answering(GOOD))

    for one in (seen, view(estate)):
        assert (one.author, one.by, one.text.headline) == (
            Author.PERSON,
            "Ada",
            "All is well.",
        )
        assert one.text.paragraphs == ["Truly."]
    assert override(estate, " ").author is Author.MODEL
    actions = estate.told_owner(
        "select action from audit_events where action like 'narrative%' order by 1"
    )
    assert actions == [
        ("narrative_overridden",),
        ("narrative_override_withdrawn",),
    ]


def test_a_runner_that_died_loses_the_request_to_another(estate: Estate) -> None:
    ask(estate)
    with unit_of_work(WORKER) as session:
        assert EngagementRequestService(session).take(WORKER) is not None
    assert not narrate(WORKER, answering(GOOD))

    estate.as_owner(
        "update engagement_requests set lease_until = now() - interval '1h'"
    )

    assert narrate(WORKER, answering(GOOD))


def test_a_request_that_comes_while_it_is_written_is_kept(estate: Estate) -> None:
    ask(estate)
    with unit_of_work(WORKER) as session:
        claim = EngagementRequestService(session).take(WORKER)
    ask(estate)

    with unit_of_work(estate.scope) as session, pytest.raises(LostRequestError):
        EngagementRequestService(session).finish(claim)

    assert view(estate).waits


def test_who_may_not_is_refused_and_without_a_model_nobody_is_asked(
    estate: Estate, monkeypatch
) -> None:
    manager = replace(estate.scope, role=Role.MANAGER)
    for act in ("ask", "override"):
        with unit_of_work(manager) as session, pytest.raises(NotPermittedError):
            words = ("x", "y") if act == "override" else ()
            getattr(NarrativeService(session), act)(manager, *words)
    with pytest.raises(InvalidInputError):
        override(estate, "words", " ")
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "")
    settings.cache_clear()
    with pytest.raises(InvalidInputError, match="No language model"):
        ask(estate)


def test_a_workflows_budget_outlives_its_runs(estate: Estate) -> None:
    workflow = uuid4()

    def reserve(tokens, seconds=60.0):
        with unit_of_work(estate.scope) as session:
            return AgentSpendingService(session).reserve(
                estate.scope,
                workflow,
                tokens,
                most_tokens=100,
                most_seconds=seconds,
            )

    assert [reserve(n) for n in (101, 60, 60, 40)] == [False, True, False, True]
    with unit_of_work(estate.scope) as session:
        AgentSpendingService(session).spent(estate.scope, workflow, 5.0)
        spending = AgentSpendingService(session).spending(estate.scope, workflow)
    assert (spending.questions, spending.tokens, spending.seconds) == (2, 100, 5.0)
    assert not reserve(0, seconds=5.0)


def test_a_limit_of_cost_is_one_of_tokens(monkeypatch) -> None:
    monkeypatch.setenv("DISCOVERY_LLM_COST_LIMIT", "0.5")
    monkeypatch.setenv("DISCOVERY_LLM_PRICE_PER_MILLION_TOKENS", "10")
    settings.cache_clear()
    assert limits_of(settings()).tokens == 50_000


@pytest.fixture
def shop(estate: Estate) -> Estate:
    estate.publish(
        candidates(
            {"asset_name": "s1", "key_fqdn": "s1", "application_name": "Shop; ERP",
             "operating_system": "CentOS 6"},
            {"asset_name": "s2", "key_fqdn": "s2", "application_name": "shop"},
            {"asset_name": "x", "key_fqdn": "x", "application_name": "Shopping"},
        ),
        edges=[{"source_record": 0, "source": "s1", "destination_record": 2,
                "destination": "x", "port": 443, "protocol": "tcp",
                "kind": "connection", "noise": False}],
    )  # fmt: skip
    with unit_of_work(estate.scope) as session:
        asked = AskedFor(estate.scope, "", AS_OF, "Again.", "Ada")
        ReassessmentService(session).run(asked)
    return estate


def told(estate: Estate, application: str):
    with unit_of_work(estate.scope) as session:
        return NarrativeService(session).view(estate.scope, application)


def test_an_application_has_a_summary_of_its_own(shop: Estate) -> None:
    seen = told(shop, "shop")

    assert seen.author is Author.RULES
    assert seen.text.headline.lower() == "shop: in scope for migration: 2 of 2 assets."
    assert seen.text.paragraphs[0].startswith("It has 1 dependency.")
    assert seen.text.risks == ["centos 6 is past its regular support on 1 asset."]
    assert told(shop, "erp").text.headline.endswith("1 of 1 asset.")
    assert told(shop, "").text.headline == "In scope for migration: 4 of 5 assets."
    with pytest.raises(NotFoundError):
        told(shop, "sho")


def test_a_model_writes_about_one_application_and_a_person_over_it(shop) -> None:
    with unit_of_work(shop.scope) as session:
        NarrativeService(session).ask(shop.scope, "shop")
    assert (told(shop, "shop").waits, view(shop).waits) == (True, False)

    narrate(WORKER, answering({"headline": "2 assets.", "paragraphs": ["CentOS 6."]}))

    assert told(shop, "shop").author is Author.MODEL
    assert view(shop).author is Author.RULES
    with unit_of_work(shop.scope) as session:
        service = NarrativeService(session)
        service.override(shop.scope, "Ours.", "Agreed.", "shop")
    assert told(shop, "shop").text.headline == "Ours."
    assert view(shop).author is Author.RULES
