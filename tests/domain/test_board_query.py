from uuid import uuid4

import pytest

from discovery_app.domain.board_query import BoardQuery


def test_an_address_says_what_was_chosen_and_no_more():
    engagement = str(uuid4())
    asked = {"q": "sap & co", "engagement": engagement, "sort": "-started"}

    query = BoardQuery.from_address(asked)

    assert query.address("/workflows") == (
        f"/workflows?q=sap+%26+co&engagement={engagement}&sort=-started"
    )
    assert BoardQuery().address("/workflows") == "/workflows"


def test_what_makes_no_sense_is_left_out():
    asked = {
        "status": "failed,nonsense",
        "sort": "size",
        "engagement": "1 or 1=1",
        "started": "999",
    }
    query = BoardQuery.from_address(asked)
    assert query == BoardQuery(status="failed")
    assert query.chosen().statuses == ("failed",)


@pytest.mark.parametrize(
    ("key", "orders"),
    [
        ("client", ["client", "-client", "attention"]),
        ("started", ["-started", "started", "attention"]),
    ],
)
def test_a_head_sorts_then_turns_round_then_goes_back(key, orders):
    query, seen = BoardQuery(at="a page"), []
    for _ in orders:
        query = query.sorted_by(key)
        seen.append(query.sort)
    assert seen == orders
    assert query.at == ""


def test_order_and_page_are_no_filter():
    assert not BoardQuery(sort="-client", at="x").is_filtered
    assert BoardQuery(owner="Maya").is_filtered
