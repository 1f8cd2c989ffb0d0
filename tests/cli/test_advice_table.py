"""The treatment table of FIELD.md, read from a file and told by an export.

Each row states what a client's list says of a machine and what the table then advises;
nothing here is computed by the code that is tested.
"""

import csv
import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("database")

AS_OF = "2026-11-22"
SIZED = {"cpu_cores": "4", "memory_mb": "8192", "storage_provisioned_gb": "100"}
WATCHED = {"first_seen": "2026-01-01T00:00:00Z", "last_seen": "2026-04-01T00:00:00Z"}
A_DAY_LESS = WATCHED | {"last_seen": "2026-03-31T00:00:00Z"}
ON = {"operating_system": "Red Hat Enterprise Linux 9", "power_state": "on", **SIZED}
LOW = ON | {"business_criticality": "low"}
HIGHEST = {"business_criticality": "critical"}


def _used(cpu, memory, **more):
    return {"cpu_util_avg_pct": cpu, "mem_util_avg_pct": memory, **more}


CASES = {
    # X1 comes before everything.
    "old": ({**ON, "operational_status": "retired", **_used("1", "1")}, "X1"),
    "laptop": ({**ON, "operating_system": "Windows 11 Pro 24H2",
                "asset_type": "workstation"}, "X1"),
    "esx": ({**ON, "operating_system": "VMware ESXi 8.0",
             "asset_type": "hypervisor_host"}, "X1"),
    "core-switch": ({"asset_type": "network_device"}, "X1"),
    # K1 and K2 before every R.
    "power": ({**ON, "operating_system": "AIX 7.3", **_used("1", "1")}, "K1"),
    "sun": ({**ON, "operating_system": "Oracle Solaris 11.4"}, "K1"),
    "hp": ({**ON, "operating_system": "HP-UX 11i v3", "power_state": "off"}, "K1"),
    "as400": ({**ON, "operating_system": "IBM i 7.5"}, "K1"),
    "host": ({**ON, "operating_system": "z/OS 2.5"}, "K1"),
    "held": ({**ON, "tags": '{"data residency": "DE"}', "power_state": "off"}, "K2"),
    "denied": ({**ON, "tags": '{"compliance hold": "no"}'}, "H1"),
    # R1, and what 0 % of a machine that does not run is worth.
    "dark": ({**LOW, "power_state": "off"}, "R1"),
    "dark-needed": ({**LOW, "power_state": "off", **_used("0", "0")}, "H1"),
    "asleep": ({**LOW, "power_state": "suspended", **_used("0", "0")}, "H1"),
    # R2: below 5 both; missing is not 0.
    "zombie": ({**LOW, **_used("4.99", "4.99")}, "R2"),
    "none": ({**LOW, **_used("0", "0")}, "R2"),
    "on-the-line": ({**LOW, **_used("5.0", "4.99")}, "H1"),
    "half-known": ({**LOW, **_used("0", "")}, "H1"),
    "other-half": ({**LOW, **_used("", "0")}, "H1"),
    # R3: 5 to 20 both, 90 days, and known not to be critical.
    "idle-low": ({**LOW, **_used("5.0", "5.0"), **WATCHED}, "R3"),
    "idle-high": ({**LOW, **_used("20.0", "20.0"), **WATCHED}, "R3"),
    "busy": ({**LOW, **_used("20.01", "20.0"), **WATCHED}, "H1"),
    "short": ({**LOW, **_used("10", "10"), **A_DAY_LESS}, "H1"),
    "unwatched": ({**LOW, **_used("10", "10")}, "H1"),
    "crown": ({**ON, **HIGHEST, **_used("10", "10"), **WATCHED}, "H1"),
    "unrated": ({**ON, **_used("10", "10"), **WATCHED}, "H1"),
    # What is bought, rebuilt or given to a managed service.
    "mail": ({**ON, "application_name": "Exchange Server 2016"}, "P1"),
    "ad": ({**ON, "server_role": "dc"}, "B1"),
    "balancer": ({**ON, "asset_type": "load_balancer"}, "B1"),
    "store": ({**ON, "database_engine": "PostgreSQL",
               "database_version": "16"}, "L1"),
    # L2: past support or on extended support only, on x86.
    "ended": ({**ON, "operating_system": "CentOS Linux 7"}, "L2"),
    "extended": ({**ON, "operating_system": "Red Hat Enterprise Linux 7"}, "L2"),
    "arm": ({**ON, "operating_system": "CentOS Linux 7",
             "os_architecture": "arm64"}, "U1"),
    # F1: critical, two ended components, change tolerated.
    "erp-app": ({**ON, **HIGHEST, "application_name": "Ledger",
                 "tags": '{"change tolerance": "high"}'}, "F1"),
    "erp-db": ({**ON, **HIGHEST, "application_name": "Ledger",
                "operating_system": "CentOS Linux 6"}, "L2"),
    "erp-web": ({**ON, **HIGHEST, "application_name": "Ledger",
                 "operating_system": "CentOS Linux 7"}, "L2"),
    "crm-app": ({**ON, **HIGHEST, "application_name": "Desk",
                 "tags": '{"change tolerance": "high"}'}, "H1"),
    "crm-db": ({**ON, **HIGHEST, "application_name": "Desk",
                "operating_system": "CentOS Linux 7"}, "L2"),
    # O1: chosen, VMware, and all of the cluster supported.
    "c1-a": ({**ON, "cluster": "C1", "hypervisor": "VMware ESXi",
              "Migration Strategy": "relocate"}, "O1"),
    "c2-a": ({**ON, "cluster": "C2", "hypervisor": "VMware ESXi",
              "Migration Strategy": "relocate"}, "H1"),
    "c2-b": ({**ON, "cluster": "C2", "hypervisor": "VMware ESXi",
              "operating_system": "CentOS Linux 7"}, "L2"),
    # H1 and U1.
    "plain": (ON, "H1"),
    "ending": ({**ON, "operating_system": "Ubuntu 22.04"}, "H1"),
    "unsized": ({**ON, "memory_mb": ""}, "U1"),
    "open": ({**ON, "operating_system": "Ubuntu Linux (64-bit)"}, "U1"),
    "foreign": ({**ON, "operating_system": "Plan 9 from Bell Labs"}, "U1"),
    # The guard, and the flag of who needs what stays.
    "meek": ({**LOW, **_used("2", "2")}, "R2"),
    "boss": ({**ON, **HIGHEST}, "H1"),
}  # fmt: skip
CALLS = [
    ("boss", "meek", "8443"),
    ("boss", "power", "1521"),
    ("plain", "dark-needed", "443"),
]


def _run(*arguments):
    command = [sys.executable, "-m", "discovery_app", *map(str, arguments)]
    place = ("--client", "Oak", "--engagement", "First")
    done = subprocess.run([*command, *place], cwd=ROOT, capture_output=True, timeout=90)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def _write(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def told(tmp_path):
    """Return what the exports say after an import, by asset name."""
    machines = [
        {"asset_name": name, "fqdn": f"{name}.oak.test", **row}
        for name, (row, _) in CASES.items()
    ]
    calls = [
        {"source_name": source, "dest_name": target, "dest_port": port}
        for source, target, port in CALLS
    ]
    files = (
        _write(tmp_path / "machines.csv", machines),
        _write(tmp_path / "calls.csv", calls),
    )
    options = ("--create", "--approve", "all", "--as-of", AS_OF, "--json")
    report = _run("discover", *files, *options)
    assert report["accounting"]["created"] == len(CASES), report["issues"]
    decisions = _run("export", "--what", "decisions", "--format", "json")
    return {one["asset_name"]: one for one in decisions}


def test_a_file_is_advised_as_the_table_says(told):
    wrong = {
        name: (told[name]["rule"], rule, told[name]["reason"])
        for name, (_, rule) in CASES.items()
        if told[name]["rule"] != rule
    }

    assert wrong == {}
    # A critical dependant turns retiring into a question; the rule stays named.
    assert told["meek"]["treatment"] == "review_for_retirement"
    assert told["zombie"]["treatment"] == "retire"
    # Needing what is retained is noted, and decides nothing.
    assert "K3" in told["boss"]["also_matched"]
    assert told["power"]["also_matched"] == ["R2"]
    assert told["old"]["also_matched"] == ["R2", "H1"]
    # What is unknown is named, field by field.
    assert set(told["unsized"]["inputs"]) == {"memory_mb"}
    assert set(told["open"]["inputs"]) == {"os_version"}
    assert set(told["foreign"]["inputs"]) == {"operating_system"}
