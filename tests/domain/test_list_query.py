from discovery_app.domain.asset_page import DEFAULT_COLUMNS, AssetQuery
from discovery_app.domain.audit_page import AuditQuery
from discovery_app.domain.dependency_page import DependencyQuery
from discovery_app.domain.modernisation_page import ModernisationQuery
from discovery_app.domain.people_page import PeopleQuery

PATH = "/engagements/1/assets"
ID = "0b1d3a52-6f0a-4d1c-9d43-6c1f5f3f8e11"


def test_says_in_its_address_only_what_is_not_by_default():
    query = AssetQuery(q="web", environment="test", sort="-cpu_cores")

    assert AssetQuery().address(PATH) == PATH
    assert query.address(PATH) == f"{PATH}?q=web&sort=-cpu_cores&environment=test"


def test_reads_back_what_its_address_says():
    query = AssetQuery(q="a&b=c", page="3", asset=ID, treatment="retire", cols="fqdn")

    assert AssetQuery.from_address(query.__dict__) == query


def test_leaves_out_what_makes_no_sense():
    asked = {
        "page": "-1",
        "asset": "' or 1=1",
        "session": "x",
        "colour": "red",
        "q": "a\x00b",
        "environment": "x" * 501,
    }

    assert AssetQuery.from_address(asked) == AssetQuery()
    assert ModernisationQuery.from_address({"view": "x"}) == ModernisationQuery()
    assert DependencyQuery.from_address({"group": f"{ID}.x"}) == DependencyQuery()
    assert AuditQuery.from_address({"days": "9", "client": "x"}) == AuditQuery()
    assert PeopleQuery.from_address({"view": "x"}) == PeopleQuery()


def test_begins_at_the_first_page_when_the_filters_change():
    query = AssetQuery(q="web").on_page(4)

    assert query.number == 4
    assert query.with_words(environment="test").number == 1


def test_stays_on_the_page_when_a_column_is_shown():
    query = AssetQuery().on_page(4).with_column("fqdn", shown=True)

    assert query.number == 4
    assert query.columns == (*DEFAULT_COLUMNS, "fqdn")


def test_shows_the_default_columns_when_the_last_one_goes():
    query = AssetQuery(cols="fqdn").with_column("fqdn", shown=False)

    assert query.columns == DEFAULT_COLUMNS
    assert query.cols == ""


def test_turns_the_order_round_and_then_goes_back_to_names():
    once = AssetQuery().sorted_by("cpu_cores")
    twice = once.sorted_by("cpu_cores")
    thrice = twice.sorted_by("cpu_cores")

    assert (once.by, once.descending) == ("cpu_cores", False)
    assert (twice.by, twice.descending) == ("cpu_cores", True)
    assert thrice == AssetQuery()


def test_keeps_the_view_when_the_filters_are_taken_back():
    query = ModernisationQuery(view="advice", treatment="retire", q="web")

    assert query.is_filtered
    assert query.unfiltered() == ModernisationQuery(view="advice")
    assert not query.unfiltered().is_filtered


def test_the_list_does_not_depend_on_the_open_asset():
    assert AssetQuery(asset=ID).list_key() == AssetQuery().list_key()
    assert AssetQuery(q="x").list_key() != AssetQuery().list_key()
