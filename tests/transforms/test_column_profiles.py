import polars as pl
import pytest

from discovery_app.transforms.column_profiles import profile_column


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["10.0.0.1", "[10.0.0.4,fe80::1];", "10.0.0.2; 10.0.0.3"], "ip"),
        (["00:50:56:aa:bb:cc", "00-50-56-aa-bb-cd", "0050.56aa.bbcc"], "mac"),
        (["421a3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"], "uuid"),
        (["True", "False", "True"], "boolean"),
        (["1,024", "2048", "-5"], "integer"),
        (["1,5", "2.25", "3"], "decimal"),
        (["12 %", "5.5%"], "percent"),
        (["8 GB", "16 GiB", "1,5TB"], "size"),
        (["2026-01-05", "05.01.2026 13:30", "1/5/2026"], "date"),
        (["web-01.example.com", "db.example.com"], "fqdn"),
        (["web-01", "db_02", "SRV3"], "hostname"),
        (["esx-host-1", "esx02", "esxi-03"], "hostname"),
        (["ESXi 7.0.3", "VMware ESXi", "Photon OS"], "os"),
        (["Windows Server 2019", "Red Hat Enterprise Linux 8"], "os"),
        (["prod", "prod", "test", "test", "prod"], "word"),
        (["Payroll", "Ledger of the group", "Web shop"], "text"),
        (["n/a", "?"], "text"),
        ([None, " "], "empty"),
        ([], "empty"),
    ],
)
def test_names_what_values_look_like(values, kind):
    series = pl.Series(values, dtype=pl.String)

    assert profile_column(series, "Header").kind == kind


def test_counts_cells_with_a_value():
    series = pl.Series(["a", None, " ", "a", "b"])

    profile = profile_column(series, "Header")

    assert (profile.filled, profile.distinct) == (0.6, 2)
    assert profile.samples == ("a", "b")
