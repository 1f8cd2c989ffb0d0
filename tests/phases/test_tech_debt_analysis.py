import json
from datetime import UTC, date, datetime

import pytest

from tests.phases.judgement_context import connections_of, judge_all, records_of

SIZED = {"cpu_cores": 4, "memory_mb": 8192, "storage_provisioned_gb": 100.0}


def _judge(*rows, connections=(), **more):
    named = [{"asset_name": f"s{n}", "is_virtual": True, **row}
             for n, row in enumerate(rows)]  # fmt: skip
    return judge_all(records_of(*named), connections_of(*connections), **more)


def _inputs(decision):
    return json.loads(decision["inputs"])


def test_finds_the_support_of_system_and_database():
    judged = _judge(
        {
            "operating_system": "Windows Server 2012 R2",
            "database_engine": "SQL Server",
            "database_version": "2019",
        },
        {"operating_system": "RHEL 9"},
        {},
    )

    found = judged.debt.frames["findings"].select(
        "record", "raw", "product", "cycle", "state", "eol_date"
    )
    assert found.rows() == [
        (0, "Windows Server 2012 R2", "windows-server", "2012-r2", "eol",
         date(2023, 10, 10)),
        (0, "SQL Server 2019", "mssqlserver", "15.0", "supported", date(2030, 1, 8)),
        (1, "RHEL 9", "rhel", "9", "supported", date(2032, 5, 31)),
    ]  # fmt: skip
    assert judged.debt.output.by_state == {"supported": 2, "eol": 1}


def test_the_as_of_date_is_the_recorded_one():
    judged = _judge({"operating_system": "CentOS 7"}, as_of=date(2024, 1, 1))

    assert judged.debt.output.as_of == date(2024, 1, 1)
    assert judged.debt.output.by_state == {"eol_within_12_months": 1}


@pytest.mark.parametrize(
    ("facts", "rule", "treatment"),
    [
        ({"operational_status": "retired"}, "X1", "out_of_scope"),
        ({"operating_system": "AIX 7.2"}, "K1", "retain"),
        ({"operating_system": "HP-UX 11.31"}, "K1", "retain"),
        ({"tags": '{"data residency": "DE only"}'}, "K2", "retain"),
        ({"power_state": "off"}, "R1", "retire"),
        ({"cpu_util_avg_pct": 4.9, "mem_util_avg_pct": 1.0}, "R2", "retire"),
        ({"application_name": "SharePoint 2016 farm"}, "P1", "repurchase"),
        ({"server_role": "dc"}, "B1", "rebuild"),
        ({"database_engine": "mysql"}, "L1", "replatform"),
        ({"operating_system": "CentOS 7"}, "L2", "replatform"),
        ({"operating_system": "RHEL 9", **SIZED}, "H1", "rehost"),
        ({"operating_system": "RHEL 9"}, "U1", "insufficient_data"),
        ({"operating_system": "Ubuntu Linux (64-bit)", **SIZED}, "U1",
         "insufficient_data"),
        ({"tags": '{"compliance": "none"}', "operating_system": "RHEL 9", **SIZED},
         "H1", "rehost"),
        ({"operating_system": "CentOS 7", "os_architecture": "arm64", **SIZED}, "U1",
         "insufficient_data"),
    ],
)  # fmt: skip
def test_advises_by_the_first_rule_that_fires(facts, rule, treatment):
    decision = _judge(facts).decision()

    assert (decision["rule"], decision["treatment"]) == (rule, treatment)


@pytest.mark.parametrize(
    ("cpu", "memory", "rule"),
    [(4.99, 4.99, "R2"), (5.0, 5.0, "R3"), (20.0, 20.0, "R3"), (20.01, 20.0, "H1"),
     (5.0, 4.99, "H1"), (None, 0.0, "H1"), (0.0, None, "H1")],
)  # fmt: skip
def test_holds_the_boundaries_of_utilisation(cpu, memory, rule):
    decision = _judge(
        {
            "operating_system": "RHEL 9",
            "business_criticality": "low",
            "cpu_util_avg_pct": cpu,
            "mem_util_avg_pct": memory,
            "first_seen": datetime(2026, 1, 1, tzinfo=UTC),
            "last_seen": datetime(2026, 4, 1, tzinfo=UTC),
            **SIZED,
        }
    ).decision()

    assert decision["rule"] == rule


@pytest.mark.parametrize(("last", "rule"), [(31, "R3"), (30, "H1")])
def test_idleness_counts_from_ninety_days_of_observation(last, rule):
    decision = _judge(
        {
            "operating_system": "RHEL 9",
            "business_criticality": "low",
            "cpu_util_avg_pct": 10.0,
            "mem_util_avg_pct": 10.0,
            "first_seen": datetime(2025, 12, 31, tzinfo=UTC),
            "last_seen": datetime(2026, 3, last, tzinfo=UTC),
            **SIZED,
        }
    ).decision()

    assert decision["rule"] == rule


def test_the_idle_zero_of_a_machine_that_is_off_is_no_measurement():
    caller = [{"source_name": "s1", "dest_name": "s0", "dest_port": 443}]

    decision = _judge(
        {"power_state": "off", "cpu_util_avg_pct": 0.0, "mem_util_avg_pct": 0.0},
        {},
        connections=caller,
    ).decision()

    assert decision["rule"] == "U1"


def test_a_machine_that_is_off_and_needed_is_no_retire_candidate():
    def decided(connections):
        off = {"power_state": "off", "operating_system": "RHEL 9", **SIZED}
        return _judge(off, {}, {}, connections=connections).decision()

    needed = decided([{"source_name": "s1", "dest_name": "s0", "dest_port": 443}])
    unneeded = decided([{"source_name": "s1", "dest_name": "s2", "dest_port": 443}])
    unseen = decided([])

    assert (needed["rule"], unneeded["rule"], unseen["rule"]) == ("H1", "R1", "R1")
    assert unseen["confidence"] < unneeded["confidence"]
    assert _inputs(unneeded)["inbound_edges"]["value"] == 0
    assert _inputs(unseen)["inbound_edges"]["value"] is None


def test_a_call_to_an_address_of_several_leaves_open_whom_it_needs():
    twins = [{"power_state": "off", "ip_address": ["10.0.0.9"]}] * 2
    alone = {"power_state": "off", "ip_address": ["10.0.0.8"]}
    calls = [{"source_name": "s3", "dest_ip": "10.0.0.9", "dest_port": 443}]

    judged = _judge(*twins, alone, {}, connections=calls)

    inbound = [_inputs(judged.decision(n))["inbound_edges"]["value"] for n in range(3)]
    assert inbound == [None, None, 0]
    assert judged.decision(0)["confidence"] < judged.decision(2)["confidence"]


def test_a_critical_dependant_turns_retiring_into_a_review():
    decision = _judge(
        {"cpu_util_avg_pct": 1.0, "mem_util_avg_pct": 1.0},
        {"business_criticality": "critical"},
        connections=[{"source_name": "s1", "dest_name": "s0", "dest_port": 443}],
    ).decision()

    assert (decision["rule"], decision["treatment"]) == ("R2", "review_for_retirement")
    assert _inputs(decision)["critical_dependants"]["value"] == 1


@pytest.mark.parametrize(("day", "rule"), [(1, "R4"), (None, "H1")])
def test_long_watched_edges_show_who_is_not_needed(day, rule):
    end = datetime(2026, 4, day, tzinfo=UTC) if day else None
    calls = [
        {"source_name": "s0", "dest_name": "s1", "dest_port": 443,
         "observed_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"source_name": "s0", "dest_name": "s1", "dest_port": 443, "observed_at": end},
    ]  # fmt: skip

    judged = _judge({"operating_system": "RHEL 9", **SIZED}, {}, connections=calls)

    assert judged.decision()["rule"] == rule


def test_an_asset_that_was_not_watched_is_not_called_unneeded():
    calls = [
        {"source_name": "s1", "dest_name": "s2", "dest_port": 443,
         "observed_at": datetime(2026, month, 1, tzinfo=UTC)}
        for month in (1, 8)
    ]  # fmt: skip

    judged = _judge({"operating_system": "RHEL 9", **SIZED}, {}, {}, connections=calls)

    assert judged.decision()["rule"] == "H1"


def test_flags_what_needs_a_retained_asset():
    decision = _judge(
        {"operating_system": "RHEL 9", **SIZED},
        {"operating_system": "AIX 7.2"},
        connections=[{"source_name": "s0", "dest_name": "s1", "dest_port": 1521}],
    ).decision()

    assert decision["rule"] == "H1"
    assert decision["also_matched"] == ["K3"]


def test_answering_name_queries_means_rebuild_though_the_edge_is_noise():
    decision = _judge(
        {"operating_system": "RHEL 9", **SIZED},
        {},
        connections=[{"source_name": "s1", "dest_name": "s0", "dest_port": 53}],
    ).decision()

    assert decision["rule"] == "B1"
    assert "DNS" in decision["reason"]


def test_a_critical_application_with_ended_components_is_reviewed():
    shared = {"application_name": "ERP", "business_criticality": "critical"}
    judged = _judge(
        {
            "operating_system": "RHEL 9",
            "tags": '{"change tolerance": "high"}',
            **shared,
        },
        {"operating_system": "CentOS 7", **shared},
        {"operating_system": "CentOS 6", **shared},
    )

    decision = judged.decision()

    assert (decision["rule"], decision["treatment"]) == ("F1", "review_for_refactoring")
    assert _inputs(decision)["ended_components"] == {
        "value": 2,
        "threshold": 2.0,
        "source": "end-of-life data: endoflife.date of 2026-08-22",
    }


@pytest.mark.parametrize(("other", "rule"), [("RHEL 8", "O1"), ("CentOS 7", "H1")])
def test_relocates_a_chosen_cluster_only_if_all_of_it_is_supported(other, rule):
    common = {
        "cluster": "C1",
        "hypervisor": "VMware",
        "six_r_source": "relocate",
        **SIZED,
    }

    judged = _judge(
        {"operating_system": "RHEL 9", **common}, {"operating_system": other, **common}
    )

    assert judged.decision()["rule"] == rule


def test_records_each_value_with_its_threshold_and_source():
    decision = _judge({"cpu_util_avg_pct": 1.5, "mem_util_avg_pct": 2.5}).decision()

    assert _inputs(decision) == {
        "cpu_util_avg_pct": {"value": 1.5, "threshold": 5.0, "source": "import"},
        "mem_util_avg_pct": {"value": 2.5, "threshold": 5.0, "source": "import"},
    }


def test_insufficient_data_names_what_is_missing():
    decision = _judge({"operating_system": "RHEL 9", "cpu_cores": 4}).decision()

    assert "memory_mb, storage_provisioned_gb" in decision["reason"]
    assert list(_inputs(decision)) == ["memory_mb", "storage_provisioned_gb"]
    assert _inputs(decision)["memory_mb"]["value"] is None


def test_keeps_what_a_person_decided_and_says_if_the_rules_differ():
    rows = [{"operating_system": "RHEL 9", **SIZED}] * 3
    judged = _judge(*rows, overrides={"s0": "retain", "s1": "rehost"})

    differs, agrees, untouched = (judged.decision(n) for n in range(3))

    assert (differs["override"], differs["treatment"]) == ("retain", "rehost")
    assert "the rules now say “rehost”" in differs["reason"]
    assert "the rules agree" in agrees["reason"]
    assert untouched["override"] is None
    assert judged.debt.output.by_treatment == {"rehost": 2, "retain": 1}


def test_a_decision_on_a_name_that_several_have_is_said_of_none():
    rows = [{"operating_system": "RHEL 9", "asset_name": name, **SIZED}
            for name in ("TWIN", "twin", "Straße")]  # fmt: skip
    judged = _judge(*rows, overrides={"twin": "retain", "straße": "retain"})

    assert [judged.decision(n)["override"] for n in range(3)] == [None, None, "retain"]


def test_takes_an_import_without_records():
    judged = judge_all(records_of())

    assert judged.debt.items_in == judged.debt.items_out == 0
    assert judged.debt.frames["decisions"].is_empty()
    assert judged.debt.frames["findings"].is_empty()


def test_leaves_one_decision_an_asset_in_record_order():
    judged = _judge(
        *[{"operating_system": s} for s in ("AIX 7.2", "RHEL 9", "CentOS 7")]
    )

    decisions = judged.debt.frames["decisions"]

    assert decisions["record"].to_list() == [0, 1, 2]
    assert decisions["rule"].to_list() == ["K1", "U1", "L2"]
