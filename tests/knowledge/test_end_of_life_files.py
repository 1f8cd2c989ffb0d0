import json
from datetime import date

import pytest

from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.end_of_life import SupportState, judge
from discovery_app.knowledge.end_of_life_files import read_end_of_life_file
from discovery_app.knowledge.releases import DataVersion, own_data, read_releases

AS_OF = date(2026, 11, 22)
NEWER = DataVersion("endoflife.date", date(2026, 11, 1))
CSV = (
    "product,cycle,label,eol,extended,latest,lts\r\n"
    "hp-ux,11.31,HP-UX 11i v3,2025-12-31,2028-12-31,11.31,\r\n"
    "rhel,11,,2037-05-31,,11.0,yes\r\n"
    "rhel,8,,2026-01-31,,8.10,yes\r\n"
)
ANSWER = {
    "schema_version": "1.2.0",
    "result": [
        {
            "name": "rhel",
            "releases": [
                {
                    "name": "8",
                    "label": "8",
                    "isLts": True,
                    "isEol": False,
                    "eolFrom": "2029-05-31",
                    "isEoes": False,
                    "eoesFrom": "2032-05-31",
                    "latest": {"name": "8.10"},
                },
                {"name": "7", "isEol": True, "eolFrom": None, "isLts": False},
            ],
        }
    ],
}


def encoded(content: object) -> bytes:
    return json.dumps(content).encode()


def loaded(content: bytes):
    return read_releases(read_end_of_life_file(content), NEWER).over(own_data())


def test_reads_the_form_of_the_apps_own_copy():
    one = {"releaseCycle": "9", "eol": "2032-05-31", "lts": True, "owner": "x"}

    found = read_end_of_life_file(encoded({"rhel": {"releases": [one]}}))

    assert found["rhel"]["releases"][0]["eol"] == "2032-05-31"
    assert "owner" not in found["rhel"]["releases"][0]


@pytest.mark.parametrize("result", [ANSWER["result"], ANSWER["result"][0]])
def test_reads_the_answers_of_the_makers_api(result):
    cycles = read_end_of_life_file(encoded({"result": result}))["rhel"]["releases"]

    assert [one["eol"] for one in cycles] == ["2029-05-31", True]
    assert [one["eoes"] for one in cycles] == ["2032-05-31", None]
    assert [one["latest"] for one in cycles] == ["8.10", ""]


@pytest.mark.parametrize("text", [CSV, CSV.replace(",", ";"), "\ufeff" + CSV])
def test_reads_a_table(text):
    found = read_end_of_life_file(text.encode())

    assert [one["releaseCycle"] for one in found["rhel"]["releases"]] == ["11", "8"]
    assert found["hp-ux"]["releases"][0]["eoes"] == "2028-12-31"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the column product is missing"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b"{", "broken"),
        (b"[" * 10_000, "broken"),
        (b"[]", "no object"),
        (b"{}", "no release cycle"),
        (encoded({"rhel": {"cycles": []}}), "no list of releases"),
        (encoded({"result": [{"releases": []}]}), "no name"),
        (b"product,cycle\nrhel,8\n", "column eol"),
        (b"product,cycle,eol\n", "no release cycle"),
        (b"product,cycle,eol\nrhel,8,soon\n", "cycle 1 (rhel 8) has an eol"),
        (b"product,cycle,eol\nrhel,,2026-01-01\n", "has no cycle"),
        (b"product,cycle,eol\nR H,8,2026-01-01\n", "no product name"),
        (b"product,cycle,eol\na,8,true\na,8,true\n", "stands twice"),
        (b"product,cycle,eol\na,8,9999-01-01\n", "neither a date"),
        (
            b"product,cycle,eol,extended\na,8,2026-01-01,soon\n",
            "end of extended support",
        ),
    ],
)
def test_refuses_what_it_cannot_trust_and_says_why(content, told):
    with pytest.raises(InvalidInputError) as refused:
        read_end_of_life_file(content)

    assert told in str(refused.value)
    assert "othing was stored" in str(refused.value)


def test_names_ten_problems_and_counts_the_rest():
    lines = "".join(f"a,{n},soon\n" for n in range(12))

    with pytest.raises(InvalidInputError, match=r"cycle 10 .* and 2 more"):
        read_end_of_life_file(b"product,cycle,eol\n" + lines.encode())


def test_newer_data_decides_and_older_data_tells_what_it_lacks():
    data = loaded(CSV.encode())

    eight, nine = (judge(f"Red Hat Enterprise Linux {n}", AS_OF, data) for n in (8, 9))

    assert (eight.state, eight.eol_date) == (SupportState.ENDED, date(2026, 1, 31))
    assert eight.data == "endoflife.date of 2026-11-01"
    assert eight.data in eight.evidence
    assert nine.data == "endoflife.date of 2026-08-22"
    assert nine.data in nine.evidence
    assert judge("RHEL 11", AS_OF, data).state is SupportState.SUPPORTED
    assert judge("RHEL 11", AS_OF).state is SupportState.UNKNOWN


def test_a_product_that_newer_data_brings_is_known_by_its_name():
    data = loaded(CSV.encode())

    found = judge("HP-UX 11.31", AS_OF, data)

    assert (found.product, found.state) == ("hp-ux", SupportState.EXTENDED)
    assert judge("HP-UX 11.31", AS_OF).state is SupportState.UNKNOWN
    assert judge("hp-uxorious 11.31", AS_OF, data).product is None


def test_several_candidates_name_the_newest_data():
    assert judge("RHEL", AS_OF, loaded(CSV.encode())).data == str(NEWER)
