import pytest

from discovery_app.knowledge.header_patterns import match_pattern


@pytest.mark.parametrize(
    ("header", "target", "rule", "unit", "number"),
    [
        ("Disk 1 size (In GB)", "storage_provisioned_gb", "pattern_sum", "GB", 1),
        ("Disk 8 size (In GB)", "storage_provisioned_gb", "pattern_sum", "GB", 8),
        (
            "Disk 2 read throughput (MB per second)",
            "disk_read_mbps",
            "pattern_sum",
            "MB/s",
            2,
        ),
        (
            "Disk 2 write ops (operations per second)",
            "disk_write_iops",
            "pattern_sum",
            None,
            2,
        ),
        ("Tag Category 3", "tags", "pattern_pair", "key 3", 3),
        ("Tag Type 20", "tags", "pattern_pair", "key 20", 20),
        ("Tag 3", "tags", "pattern_pair", "value 3", 3),
        ("Network #8", None, "pattern_collect", None, 8),
    ],
)
def test_reads_numbered_headers(header, target, rule, unit, number):
    found = match_pattern(header)
    assert (found.target, found.rule, found.unit, found.number) == (
        target,
        rule,
        unit,
        number,
    )


@pytest.mark.parametrize("header", ["Disk", "Tags", "Tag", "Networks", "Disk Size 1"])
def test_leaves_other_headers_alone(header):
    assert match_pattern(header) is None
