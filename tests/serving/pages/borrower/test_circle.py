"""The circle as a graph that is always drawn the same."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ews.domain.exhibits import MOST_PARTIES, Circle, Link
from ews.domain.text import Language
from ews.serving.pages.borrower.circle import called, money, option, trouble
from tests.serving.pages.borrower.exhibits import exhibit, party
from tests.serving.pages.borrower.views import view

CIRCLE = exhibit().circle


def nodes(circle=CIRCLE, own=(), language=Language.EN):
    return {one["id"]: one for one in option(circle, own, "sme", view(language=language))["series"][0]["data"]}


def test_the_borrower_stands_in_the_middle():
    assert (nodes()["B1"]["x"], nodes()["B1"]["y"]) == (0, 0)


def test_only_parties_of_ones_own_lead_to_their_page():
    found = nodes(own={"B2"})
    assert found["B2"]["href"] == "/borrowers/B2?portfolio=sme"
    assert "href" not in found["X9"]


def test_an_id_with_a_slash_leads_to_its_page():
    circle = Circle((party("B1", 0), party("A/1", 1)), (Link("B1", "A/1", "guarantee", 1, None),))
    assert nodes(circle, {"A/1"})["A/1"]["href"] == "/borrowers/A%2F1?portfolio=sme"


def test_who_is_in_trouble_is_marked_by_shape_and_word():
    found = nodes()
    assert (found["X9"]["symbol"], found["B2"]["symbol"]) == ("rect", "circle")
    assert found["X9"]["label"]["formatter"] == "Firm X9\nin default"


def test_money_stands_on_guarantees_only():
    links = option(CIRCLE, (), "sme", view(language=Language.ZH))["series"][0]["links"]
    assert [one["label"]["formatter"] for one in links] == ["180.0 万元", ""]
    assert links[0]["told"] == "Firm B1 → Firm B2\n担保 180.0 万元"


def test_what_is_guaranteed_is_added_up_by_side_and_trouble():
    circle = Circle(
        (party("B1", 0), party("B2", 1, in_trouble=True), party("B3", 1)),
        (
            Link("B1", "B2", "guarantee", 70, None),
            Link("B1", "B3", "guarantee", 30, None),
            Link("B3", "B1", "guarantee", None, None),
            Link("B2", "B1", "guarantee", 5, None),
            Link("B2", "B3", "guarantee", 1000, None),
        ),
    )
    found = money(circle)
    assert (found.given_fen, found.received_fen, found.troubled_fen, found.in_trouble) == (100, 5, 70, 1)


def test_who_is_masked_is_called_in_the_language_of_the_page():
    masked = party("party-2", 1, name="其他机构客户2")
    assert called(masked, Language.EN) == "party-2"
    assert called(masked, Language.ZH) == "其他机构客户2"


def test_who_has_no_name_is_called_by_the_id():
    assert called(party("P7", 1, name=None), Language.ZH) == "P7"


def test_trouble_is_default_before_days():
    assert trouble(party("B2", 1, dpd=95, in_default=True), Language.ZH) == "已违约"
    assert trouble(party("B2", 1, dpd=47), Language.EN) == "47 days past due"
    assert trouble(party("B2", 1, dpd=None, in_default=None), Language.EN) is None


@given(st.integers(1, MOST_PARTIES), st.data())
def test_no_two_parties_stand_in_the_same_place_and_order_changes_nothing(number, data):
    hops = [0, *sorted(data.draw(st.lists(st.integers(1, 2), min_size=number - 1, max_size=number - 1)))]
    parties = tuple(party(f"B{at:02}", hop) for at, hop in enumerate(hops))
    links = tuple(Link("B00", one.party_id, "guarantee", 1, None) for one in parties[1:])
    drawn = nodes(Circle(parties, links))
    places = {(one["x"], one["y"]) for one in drawn.values()}
    assert len(places) == len(parties)
    assert nodes(Circle(tuple(reversed(parties)), tuple(reversed(links)))) == drawn


def test_the_option_is_plain_json():
    assert json.loads(json.dumps(option(CIRCLE, {"B2"}, "sme", view())))
