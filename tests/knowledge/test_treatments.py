import pytest

from discovery_app.knowledge.treatments import (
    RULES,
    Facts,
    Inbound,
    Thresholds,
    Utilisation,
    advise,
)


@pytest.mark.parametrize(
    ("cpu", "memory", "found"),
    [
        (4.9, 4.9, "zombie"),
        (5.0, 4.9, "busy"),
        (5.0, 5.0, "idle"),
        (20.0, 20.0, "idle"),
        (20.1, 20.0, "busy"),
        (0.0, 0.0, "zombie"),
        (None, 1.0, "unknown"),
        (1.0, None, "unknown"),
    ],
)
def test_draws_the_lines_of_utilisation_where_the_source_does(cpu, memory, found):
    assert Thresholds().utilisation(cpu, memory) == found


@pytest.mark.parametrize(
    ("facts", "rule", "treatment"),
    [
        (Facts(scope_reason="workstation"), "X1", "out_of_scope"),
        (Facts(is_kept_platform=True), "K1", "retain"),
        (Facts(hold="residency: DE"), "K2", "retain"),
        (Facts(is_off=True, inbound=Inbound.NONE), "R1", "retire"),
        (Facts(utilisation=Utilisation.ZOMBIE), "R2", "retire"),
        (
            Facts(utilisation=Utilisation.IDLE, observed_long=True, is_critical=False),
            "R3",
            "review_for_retirement",
        ),
        (
            Facts(edges_observed_long=True, inbound=Inbound.NONE),
            "R4",
            "review_for_retirement",
        ),
        (Facts(successor="Exchange Online"), "P1", "repurchase"),
        (Facts(rebuilt_service="DNS"), "B1", "rebuild"),
        (Facts(managed_target="managed MySQL"), "L1", "replatform"),
        (Facts(system_state="eol", is_x86=True), "L2", "replatform"),
        (Facts(system_state="extended_only", is_x86=True), "L2", "replatform"),
        (
            Facts(is_critical=True, change_tolerated=True, has_many_ended=True),
            "F1",
            "review_for_refactoring",
        ),
        (Facts(cluster_ready=True), "O1", "relocate"),
        (Facts(system_state="supported"), "H1", "rehost"),
        (Facts(system_state="eol_within_12_months"), "H1", "rehost"),
        (Facts(), "U1", "insufficient_data"),
    ],
)
def test_each_rule_fires_on_its_own_facts(facts, rule, treatment):
    advice = advise(facts)

    assert (advice.rule, advice.treatment) == (rule, treatment)


def test_the_first_rule_wins_and_the_others_are_listed_in_order():
    facts = Facts(
        hold="residency: DE",
        utilisation=Utilisation.ZOMBIE,
        managed_target="managed MySQL",
        system_state="eol",
        is_x86=True,
    )

    advice = advise(facts)

    assert advice.rule == "K2"
    assert advice.also_matched == ("R2", "L1", "L2")


def test_needing_a_retained_asset_is_a_flag_and_decides_nothing():
    advice = advise(Facts(needs_kept=True, system_state="supported"))

    assert advice.rule == "H1"
    assert advice.also_matched == ("K3",)


@pytest.mark.parametrize(
    "facts",
    [
        Facts(is_off=True, inbound=Inbound.UNKNOWN, has_critical_dependant=True),
        Facts(utilisation=Utilisation.ZOMBIE, has_critical_dependant=True),
    ],
)
def test_a_critical_dependant_turns_retiring_into_a_review(facts):
    advice = advise(facts)

    assert advice.treatment == "review_for_retirement"
    assert "critical" in advice.reason or "no connections" in advice.reason
    assert "critical_dependants" in advice.fields


@pytest.mark.parametrize(
    "facts",
    [
        Facts(utilisation=Utilisation.IDLE, observed_long=True, is_critical=None),
        Facts(utilisation=Utilisation.IDLE, observed_long=None, is_critical=False),
        Facts(utilisation=Utilisation.IDLE, observed_long=True, is_critical=True),
        Facts(edges_observed_long=True, inbound=Inbound.UNKNOWN),
        Facts(edges_observed_long=None, inbound=Inbound.NONE),
        Facts(is_off=None, inbound=Inbound.NONE),
        Facts(is_off=True, inbound=Inbound.SOME),
        Facts(is_critical=True, change_tolerated=None, has_many_ended=True),
        Facts(is_critical=True, change_tolerated=True, ended_components=1),
        Facts(system_state="eol", is_x86=None),
        Facts(system_state="version_ambiguous"),
        Facts(system_state="supported", missing=("memory_mb",)),
    ],
)
def test_what_is_unknown_fires_no_rule(facts):
    assert advise(facts).rule == "U1"


def test_insufficient_data_names_the_missing_fields():
    advice = advise(Facts(missing=("cpu_cores", "memory_mb")))

    assert advice.missing == ("cpu_cores", "memory_mb", "operating_system")
    assert "cpu_cores, memory_mb, operating_system" in advice.reason


def test_an_open_version_is_what_is_missing():
    assert advise(Facts(system_state="version_ambiguous")).missing == ("os_version",)


def test_a_known_foreign_processor_is_not_called_missing():
    advice = advise(Facts(system_state="eol", is_x86=False))

    assert advice.missing == ()
    assert "No rule fits" in advice.reason


def test_retiring_without_any_connections_seen_is_less_sure_and_says_so():
    seen = advise(Facts(is_off=True, inbound=Inbound.NONE))
    unseen = advise(Facts(is_off=True, inbound=Inbound.UNKNOWN))

    assert unseen.confidence < seen.confidence
    assert "no connections" in unseen.reason


def test_the_rules_stand_in_the_order_of_the_field():
    assert [rule.id for rule in RULES] == [
        "X1", "K1", "K2", "K3", "R1", "R2", "R3", "R4", "P1", "B1", "L1", "L2", "F1",
        "O1", "H1",
    ]  # fmt: skip
