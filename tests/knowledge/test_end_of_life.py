import csv
from datetime import date

import pytest

from discovery_app.knowledge.end_of_life import (
    DATA_DATE,
    judge,
    judge_with_version,
    release_state,
)
from discovery_app.knowledge.releases import Release, own_data
from tests.conftest import SAMPLES

AS_OF = date(2026, 11, 22)
EXAMPLES = SAMPLES.parent / "data" / "os_end_of_life_examples.csv"


def _release(eol, extended=None):
    return Release("x", "1", "", eol, extended, "", False)


def test_judges_every_collected_example_right():
    if not EXAMPLES.exists():
        pytest.skip(f"{EXAMPLES} is not on this machine")
    rows = list(csv.DictReader(EXAMPLES.open()))

    got = {row["raw"]: judge(row["raw"], AS_OF) for row in rows}

    assert len(rows) == 28
    for row in rows:
        verdict = got[row["raw"]]
        assert (
            verdict.product or "",
            verdict.cycle or "",
            str(verdict.eol_date or ""),
            str(verdict.extended_until or ""),
            str(verdict.state),
        ) == (
            row["product"],
            row["cycle"],
            row["eol"],
            row["extended_until"],
            row["state_as_of_2026-11-22"],
        ), row["raw"]


@pytest.mark.parametrize(
    ("raw", "product", "cycle", "state"),
    [
        ("Windows Server 2008 R2", "windows-server", "2008-r2-sp1", "eol"),
        ("Microsoft Windows Server 2003 SP1", "windows-server", "2003-sp1", "eol"),
        ("Win2k12 R2", "windows-server", "2012-r2", "eol"),
        ("Windows 2000 Server", "windows-server", "2000", "eol"),
        ("Windows Server, version 1909", "windows-server", "1909-sac", "eol"),
        ("Windows Server 2016", "windows-server", "2016", "eol_within_12_months"),
        ("Windows 10 Enterprise LTSC 2019", "windows", "10-1809-e-lts", "supported"),
        ("Windows 11 Pro 23H2", "windows", "11-23h2-w", "eol"),
        ("Microsoft SQL Server 2016 SP2", "mssqlserver", "13.0-sp2", "eol"),
        ("SQL Server 2019 Standard", "mssqlserver", "15.0", "supported"),
        ("SQL Server 2008 R2", "mssqlserver", "10.50-sp3", "eol"),
        ("SQL Server 2014", "mssqlserver", "12.0-sp3", "extended_only"),
        ("Oracle Database 11g Release 2", "oracle-database", "11.2", "eol"),
        ("PostgreSQL 9.6.24", "postgresql", "9.6", "eol"),
        ("MySQL 8.0.36", "mysql", "8.0", "eol"),
        ("Red Hat Enterprise Linux Server 7.9 (Maipo)", "rhel", "7", "extended_only"),
        ("CentOS Linux release 7.9.2009 (Core)", "centos", "7", "eol"),
        ("CentOS Stream 8", "centos-stream", "8", "eol"),
        ("SUSE Linux Enterprise Server 12 SP5", "sles", "12.5", "extended_only"),
        ("SLES 15.4", "sles", "15.4", "extended_only"),
        ("AIX 7.2 TL5", "ibm-aix", "7.2.5", "supported"),
        ("AIX 7200-05", "ibm-aix", "7.2.5", "supported"),
        ("IBM i V7R3M0", "ibm-i", "7.3", "extended_only"),
        ("SunOS 5.10", "oracle-solaris", "10", "extended_only"),
        ("Ubuntu 22 LTS", "ubuntu", "22.04", "eol_within_12_months"),
        ("Linux 5.4.0 Ubuntu 20.04.2 LTS (Focal Fossa)", "ubuntu", "20.04",
         "extended_only"),
        ("VMware ESXi 7.0.3 build-21930508", "vmware-esxi", "7.0", "eol"),
        ("Amazon Linux 2", "amazon-linux", "2", "eol"),
    ],
)  # fmt: skip
def test_reads_the_cycle_that_a_text_names(raw, product, cycle, state):
    verdict = judge(raw, AS_OF)

    assert (verdict.product, verdict.cycle, verdict.state) == (product, cycle, state)


@pytest.mark.parametrize(
    "raw",
    [
        "Microsoft Windows Server 2016 or later (64-bit)",
        "Windows Server",
        "Microsoft Windows 10 (64-bit)",
        "Microsoft Windows",
        "SQL Server",
        "FreeBSD 14",
        "SUSE Linux Enterprise 12 (64-bit)",
        "CentOS 7 or later (64-bit)",
    ],
)
def test_leaves_a_text_ambiguous_when_its_candidates_differ(raw):
    verdict = judge(raw, AS_OF)

    assert verdict.state == "version_ambiguous"
    assert verdict.cycle is None
    assert verdict.eol_date is None
    assert len(verdict.candidates) > 1


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("Oracle 12c", "eol"),
        ("VMware ESXi 5", "eol"),
        ("Windows 8.x (64-bit)", "eol"),
        ("FreeBSD Pre-11 versions (64-bit)", "eol"),
        ("CentOS 5/6 (64-bit)", "eol"),
        ("AlmaLinux (64-bit)", "supported"),
    ],
)
def test_states_what_all_candidates_agree_on_without_a_date(raw, state):
    verdict = judge(raw, AS_OF)

    assert verdict.state == state
    assert len(verdict.candidates) > 1
    assert verdict.eol_date is None


@pytest.mark.parametrize(
    "raw",
    [
        "HP-UX 11.31",
        "F5 BIG-IP 16",
        "IBM WebSphere 8.5",
        "Oracle WebLogic 12c",
        "Other 3.x or later Linux (64-bit)",
        "Other (32-bit)",
        "Windows NT 4.0",
        "Red Hat Enterprise Linux CoreOS",
        "Darwin",
        "RHEL 3",
        "",
        "7",
    ],
)
def test_guesses_nothing_that_is_not_in_the_data(raw):
    verdict = judge(raw, AS_OF)

    assert verdict.state == "unknown_product"
    assert verdict.cycle is None
    assert verdict.confidence == 0.0


@pytest.mark.parametrize(
    ("name", "version", "cycle"),
    [
        ("Windows Server", "10.0.17763", "2019"),
        ("Linux Red Hat", "7.9", "7"),
        ("mssql", "13.0.6300.2", "13.0-sp3"),
        ("SQL Server 2012", "11.0.2100.60", "11.0-sp4"),
        ("oracle", "19.3", "19"),
        ("postgresql", "14.11", "14"),
    ],
)
def test_takes_the_version_from_its_own_column_where_the_name_leaves_it_open(
    name, version, cycle
):
    assert judge_with_version(name, version, AS_OF).cycle == cycle


def test_leaves_a_name_that_says_enough_to_itself():
    verdict = judge_with_version("Ubuntu 22.04 LTS", "5.15.0-91-generic", AS_OF)

    assert verdict.cycle == "22.04"
    assert verdict.raw == "Ubuntu 22.04 LTS"


@pytest.mark.parametrize(
    ("eol", "extended", "state"),
    [
        (date(2026, 11, 21), None, "eol"),
        (date(2026, 11, 22), None, "eol_within_12_months"),
        (date(2027, 11, 22), None, "eol_within_12_months"),
        (date(2027, 11, 23), None, "supported"),
        (False, None, "supported"),
        (True, None, "eol"),
        (True, False, "extended_only"),
        (True, True, "eol"),
        (date(2020, 1, 1), date(2026, 11, 21), "eol"),
        (date(2020, 1, 1), date(2026, 11, 22), "extended_only"),
    ],
)
def test_counts_the_last_day_of_support_as_supported(eol, extended, state):
    assert release_state(_release(eol, extended), AS_OF) == state


def test_the_as_of_date_decides_the_state():
    earlier = judge("CentOS 7", date(2024, 6, 30))
    later = judge("CentOS 7", date(2024, 7, 1))

    assert earlier.state == "eol_within_12_months"
    assert later.state == "eol"


def test_looks_a_year_ahead_from_a_leap_day():
    assert judge("CentOS 7", date(2024, 2, 29)).state == "eol_within_12_months"


def test_the_evidence_names_product_cycle_dates_and_the_age_of_the_data():
    evidence = judge("Windows Server 2012 R2 Datacenter", AS_OF).evidence

    for part in ("windows-server", "2012-r2", "2023-10-10", "2026-10-13", "2026-08-22"):
        assert part in evidence


def test_says_which_service_pack_was_assumed_and_is_less_sure():
    assumed = judge("Windows Server 2008", AS_OF)
    stated = judge("Windows Server 2008 SP2", AS_OF)

    assert assumed.cycle == stated.cycle == "2008-sp2"
    assert "service pack 2" in assumed.evidence
    assert assumed.confidence < stated.confidence


def test_the_data_is_whole():
    products = own_data().products

    assert date(2026, 8, 22) == DATA_DATE
    assert len(products) == 60
    assert sum(len(releases) for releases in products.values()) == 1042


@pytest.mark.parametrize(
    ("raw", "state", "candidates"),
    [
        ("Windows Server 2016/2019", "version_ambiguous", ("2016", "2019")),
        ("Windows Server 2012 / 2012 R2", "eol", ("2012", "2012-r2")),
        ("Windows 7/8.1", "eol", ("7-sp1", "8.1")),
        ("SQL Server 2012 or 2014", "version_ambiguous", ("11.0-sp4", "12.0-sp3")),
    ],
)
def test_of_versions_in_a_list_none_is_meant_more(raw, state, candidates):
    verdict = judge(raw, AS_OF)

    assert (verdict.state, verdict.cycle, verdict.eol_date) == (state, None, None)
    assert verdict.candidates == candidates


def test_a_build_number_is_no_version_of_the_client():
    verdict = judge("Windows 10.0.14393", AS_OF)

    assert verdict.state == "version_ambiguous"
    assert "2016" in verdict.candidates


@pytest.mark.parametrize(
    ("raw", "product", "cycle"),
    [
        ("Windows Server 2019 with SQL Server 2017 Standard", "windows-server", "2019"),
        ("Windows Server 2008 with SP2", "windows-server", "2008-sp2"),
        ("SLES 12 with SP5", "sles", "12.5"),
    ],
)
def test_what_comes_along_is_not_what_is_judged(raw, product, cycle):
    verdict = judge(raw, AS_OF)

    assert (verdict.product, verdict.cycle) == (product, cycle)
