"""The map as the page draws it: where, in which words, and what is left out."""

import re
from uuid import UUID

import pytest

from discovery_app.domain.dependency_map import (
    DependencyMap,
    MapFocus,
    MapLink,
    MapNode,
    NodeKind,
    SharedService,
)
from discovery_app.domain.dependency_page import MAP, DependencyQuery
from discovery_app.domain.map_page import BOX_WIDTH, MapPicture
from discovery_app.states.map_drawing import COLUMN, cut
from discovery_app.states.map_picture import MapWords

ENGAGEMENT = UUID("0b1d3a52-6f0a-4d1c-9d43-6c1f5f3f8e11")
WEB, DB = f"asset:{UUID(int=1)}", f"asset:{UUID(int=2)}"
GROUP = f"group:{UUID(int=9)}.1"


def _web(**more: object) -> MapNode:
    given = {"environments": ("production",), "first_wave": 2, "last_wave": 2} | more
    return MapNode(WEB, NodeKind.ASSET, "web", "Shop", **given)  # pyright: ignore


def _db(**more: object) -> MapNode:
    given = {"environments": ("test",), "column": 1, "row": 1} | more
    return MapNode(DB, NodeKind.ASSET, "db", **given)  # pyright: ignore


def _picture(
    nodes: tuple[MapNode, ...], links: tuple[MapLink, ...] = (), **more: object
) -> MapPicture:
    query = more.pop("query", DependencyQuery())
    drawn = DependencyMap(
        **{  # pyright: ignore
            "nodes": nodes,
            "links": links,
            "nodes_in_all": len(nodes),
            "links_in_all": len(links),
        }
        | more
    )
    words = MapWords(ENGAGEMENT, query)  # pyright: ignore
    return words.picture(drawn, [SharedService(DB, "bus", 12)], ())


def test_a_box_says_what_it_is_and_leads_to_its_own_map() -> None:
    link = MapLink(WEB, DB, ("5432 TCP",), cross_environment=True)

    shown = _picture((_web(), _db()), (link,))

    web, db = shown.boxes
    assert (web.name, web.note, web.mark) == ("web", "Shop", "P")
    assert web.said == "web, asset, Shop, production, wave 2, needs 1, needed by 0"
    assert web.href.endswith(f"/dependencies?focus={WEB.replace(':', '%3A')}")
    assert db.x - web.x == COLUMN
    assert "in-test" in db.look.split()


def test_a_line_runs_from_box_to_box_and_says_more_than_its_colour() -> None:
    link = MapLink(WEB, DB, ("443 TCP", "5432 TCP"), cross_environment=True)

    shown = _picture((_web(), _db()), (link,))

    (line,) = shown.lines
    web, db = shown.boxes
    numbers = [int(n) for n in re.findall(r"-?\d+", line.path)]
    assert numbers[0] == web.x + BOX_WIDTH
    assert numbers[-2] == db.x
    assert line.label == "≠ 443 TCP +1"
    assert line.said == "web needs db on 443 TCP, 5432 TCP (across environments)"
    assert [one.word for one in shown.line_legend] == ["≠ Across environments"]
    assert [row.marks for row in shown.links] == ["Across environments"]


@pytest.mark.parametrize(
    ("flags", "look"),
    [
        ({}, "plain"),
        ({"in_cycle": True}, "circle"),
        ({"shared": True}, "shared"),
        ({"noise": True, "cross_environment": True}, "noise"),
    ],
)
def test_lines_differ_by_what_they_mean(flags: dict[str, bool], look: str) -> None:
    shown = _picture((_web(), _db()), (MapLink(WEB, DB, **flags),))

    assert [line.look for line in shown.lines] == [look]


def test_there_and_back_do_not_lie_upon_each_other() -> None:
    nodes = (_web(in_cycle=1), _db(column=0, row=2, in_cycle=1))
    links = (MapLink(WEB, DB, in_cycle=True), MapLink(DB, WEB, in_cycle=True))

    shown = _picture(nodes, links)

    (web, _), (there, back) = shown.boxes, shown.lines
    assert there.path.startswith(f"M{web.x + BOX_WIDTH} ")
    assert back.path.startswith(f"M{web.x} ")
    assert {box.sign for box in shown.boxes} == {"↻"}


def test_a_group_is_framed_on_the_whole_map_only() -> None:
    nodes = (_web(group=GROUP), _db(group=GROUP))

    whole = _picture(nodes)
    inside = _picture(nodes, query=DependencyQuery(focus=GROUP), name="Group 1")

    (frame,) = whole.frames
    assert frame.title == "Group 1 · 2 assets"
    assert frame.x < min(box.x for box in whole.boxes)
    assert inside.frames == ()
    assert inside.whole_href == f"/engagements/{ENGAGEMENT}/dependencies"


def test_what_is_left_out_is_counted() -> None:
    shown = _picture((_web(), _db()), nodes_in_all=1_302, links_in_all=9)

    assert shown.left_out == (
        "1,300 more assets did not fit; 9 lines with the fewest connections left out."
    )


def test_an_unknown_endpoint_is_marked_and_not_in_an_environment() -> None:
    shown = _picture((MapNode("end:8.8.8.8", NodeKind.ENDPOINT, "8.8.8.8", assets=0),))

    (box,) = shown.boxes
    assert (box.sign, box.mark, box.note) == ("", "?", "Not in the inventory")
    assert shown.facts == "1 unknown endpoint · 0 dependencies drawn"


def test_an_empty_map_still_has_a_view_and_the_shared_services() -> None:
    shown = _picture(())

    assert shown.boxes == ()
    assert len(shown.view_box.split()) == 4
    assert [(chip.name, chip.note) for chip in shown.shared] == [("bus", "12 need it")]


def test_what_is_gone_is_refused_with_a_sentence() -> None:
    shown = _picture((), query=DependencyQuery(focus=WEB), is_gone=True)

    assert shown.refusal.startswith("This asset has no dependency")
    assert shown.asset_href == ""


def test_long_names_keep_both_their_ends() -> None:
    assert cut("warehouse-control-app-17", 18) == "warehouse-c…app-17"
    assert cut("short", 18) == "short"


def test_the_address_keeps_the_focus_and_drops_what_makes_no_sense() -> None:
    asked = {"focus": "app:Shop", "by": "applications", "hops": "2"}

    query = DependencyQuery.from_address(asked)

    assert (query.view, query.focus, query.hops) == (MAP, "app:shop", "2")
    wrong = {"focus": "asset:1", "by": "x", "hops": "9", "view": "x"}
    assert DependencyQuery.from_address(wrong) == DependencyQuery()
    assert MapFocus.from_word(f"group:{ENGAGEMENT}.x") == MapFocus()
    assert not query.is_filtered
