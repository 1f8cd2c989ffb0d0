import pytest

from discovery_app.agents.assistant import ClassSuggestion
from discovery_app.phases import asset_classification
from tests.phases.judgement_context import (
    TellingAssistant,
    connections_of,
    context_of,
    records_of,
)


def _run(*rows, connections=(), answers=()):
    assistant = TellingAssistant(answers)
    frames = {
        ("data_cleansing", "records"): records_of(*rows),
        ("data_cleansing", "connections"): connections_of(*connections),
    }
    result = asset_classification.run(context_of(frames, assistant))
    return result, result.frames["classes"].rows(named=True), assistant


@pytest.mark.parametrize(
    ("facts", "asset_type", "rule"),
    [
        ({"asset_type": "storage"}, "storage", "source_type"),
        ({"asset_type": "server", "operating_system": "RHEL 9"}, "server",
         "source_type"),
        ({"is_virtual": True, "operating_system": "RHEL 9"}, "virtual_machine",
         "is_virtual"),
        ({"model": "VMware7,1", "operating_system": "RHEL 9"}, "virtual_machine",
         "virtual_model"),
        ({"vmware_moref": "vm-12"}, "virtual_machine", "virtual_ids"),
        ({"operating_system": "Windows Server 2019"}, "server", "server_os"),
        ({"operating_system": "Windows 10 Enterprise"}, "endpoint", "desktop_os"),
        ({"operating_system": "VMware ESXi 7.0"}, "server", "hypervisor_os"),
        (
            {"hypervisor": "a", "is_virtual": False, "operating_system": "Debian 11"},
            "server",
            "server_os",
        ),
        ({"operating_system": "Cisco IOS XE 17.9"}, "network", "network_os"),
        ({"operating_system": "F5 BIG-IP TMOS 15.1"}, "load_balancer",
         "load_balancer_os"),
        ({"operating_system": "NetApp ONTAP 9"}, "storage", "storage_os"),
        ({"model": "ProLiant DL380 Gen10"}, "server", "server_model"),
        ({"model": "Latitude 7420"}, "endpoint", "desktop_model"),
        ({"server_role": "db"}, "server", "server_role"),
        ({"database_engine": "oracle"}, "database", "database_row"),
        ({"asset_name": "Payroll", "application_name": "payroll"}, "application",
         "application_row"),
        ({"asset_name": "ber-sw-01"}, "network", "network_name"),
        ({"asset_name": "x-srv-01.corp.local"}, "server", "server_name"),
        ({"asset_name": "zephyr"}, "other", "no_sign"),
        ({"asset_name": "zephyr", "asset_type": "other"}, "other", "no_sign"),
    ],
)  # fmt: skip
def test_tells_the_class_by_the_strongest_sign(facts, asset_type, rule):
    _, (found,), _ = _run({"asset_name": "zephyr", **facts})

    assert (found["asset_type"], found["rule"]) == (asset_type, rule)
    assert 0 < found["confidence"] <= 1
    assert found["reason"].endswith(".")


@pytest.mark.parametrize(
    ("facts", "scope_reason"),
    [
        ({"operating_system": "Windows 11 Pro"}, "workstation"),
        ({"asset_type": "endpoint"}, "workstation"),
        ({"asset_type": "network"}, "network_gear"),
        ({"operating_system": "VMware ESXi 6.7"}, "hypervisor_host"),
        ({"operational_status": "retired", "is_virtual": True}, "retired"),
        ({"is_virtual": True, "operating_system": "Windows 7"}, None),
        ({"operating_system": "RHEL 9"}, None),
    ],
)
def test_says_what_is_out_of_scope_and_why(facts, scope_reason):
    result, (found,), _ = _run({"asset_name": "one", **facts})

    assert found["scope_reason"] == scope_reason
    assert found["in_scope"] is (scope_reason is None)
    assert result.items_out == 1


def test_a_machine_that_others_run_on_is_a_hypervisor_host():
    _, (host, guest), _ = _run(
        {"asset_name": "ESX01.corp.local"},
        {
            "asset_name": "app",
            "is_virtual": True,
            "hypervisor_host": "esx01.corp.local",
        },
    )

    assert host["scope_reason"] == "hypervisor_host"
    assert host["asset_type"] == "server"
    assert guest["in_scope"]


@pytest.mark.parametrize(
    ("given", "system", "asset_type"),
    [
        ("server", "Windows 10 Pro", "endpoint"),
        ("server", "FortiOS 7.2", "network"),
        ("endpoint", "Windows Server 2019", "server"),
    ],
)
def test_a_contradiction_corrects_the_given_type_and_is_an_issue(
    given, system, asset_type
):
    result, (found,), _ = _run(
        {"asset_name": "one", "asset_type": given, "operating_system": system}
    )

    assert (found["asset_type"], found["rule"]) == (asset_type, "contradictory_type")
    (issue,) = result.issues.rows(named=True)
    assert (issue["rule"], issue["row"], issue["value"]) == (
        "contradictory_type",
        2,
        given,
    )
    assert system in issue["message"]


def test_a_given_virtual_machine_stays_one_whatever_system_it_runs():
    result, (found,), _ = _run(
        {"asset_name": "vdi", "asset_type": "virtual_machine",
         "operating_system": "Windows 10"}
    )  # fmt: skip

    assert found["asset_type"] == "virtual_machine"
    assert result.issues.is_empty()


def test_answering_on_a_known_port_tells_a_server():
    _, (found,), _ = _run(
        {"asset_name": "zephyr"},
        connections=[{"source_name": "a", "dest_name": "ZEPHYR", "dest_port": 1433}],
    )

    assert (found["asset_type"], found["rule"]) == ("server", "listens_on_port")
    assert "Microsoft SQL Server" in found["reason"]


def test_asks_the_assistant_about_the_unsure_only():
    answer = ClassSuggestion(1, "appliance", 0.7, "It says so.", source="agent")

    result, found, assistant = _run(
        {"asset_name": "sure", "operating_system": "RHEL 9"},
        {"asset_name": "zephyr", "description": "black box"},
        answers=[answer],
    )

    assert [(a.record, a.description) for a in assistant.asked] == [(1, "black box")]
    assert found[1]["asset_type"] == "appliance"
    assert found[1]["rule"] == "assistant_agent"
    assert result.issues.is_empty()


def test_an_answered_class_decides_the_scope():
    answer = ClassSuggestion(0, "endpoint", 0.7, "It says so.")

    _, (found,), _ = _run({"asset_name": "zephyr"}, answers=[answer])

    assert found["scope_reason"] == "workstation"
    assert not found["in_scope"]


@pytest.mark.parametrize(
    "answer",
    [
        ClassSuggestion(0, "toaster", 0.9, "no word of the schema"),
        ClassSuggestion(9, "server", 0.9, "nobody asked"),
        ClassSuggestion(0, "server", 0.1, "less sure than the rules"),
        ClassSuggestion(0, "server", 7.0, "no confidence"),
    ],
)
def test_does_not_take_an_answer_that_does_not_fit(answer):
    result, (found,), _ = _run({"asset_name": "zephyr"}, answers=[answer])

    assert found["asset_type"] == "other"
    assert result.issues["rule"].to_list() == ["unknown_class"]


def test_counts_by_type_and_by_reason():
    result, _, _ = _run(
        {"asset_name": "a", "is_virtual": True},
        {"asset_name": "b", "is_virtual": True},
        {"asset_name": "c", "operating_system": "Windows 11"},
    )

    assert result.output.by_type == {"virtual_machine": 2, "endpoint": 1}
    assert result.output.in_scope == 2
    assert result.output.out_of_scope == {"workstation": 1}


def test_takes_an_import_without_records():
    result, found, _ = _run()

    assert found == []
    assert result.items_in == result.items_out == 0
