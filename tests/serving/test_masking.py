import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ews.domain.decisions import Evidence, Held, LoanDecision, Override, Reason
from ews.domain.exhibits import Circle, Link, Party
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.text import Language
from ews.domain.unit import Role, UnitMember
from ews.scoring import grounds
from ews.serving.masking import masked, masked_with, parties_of
from tests.store.samples import decision


def hop(party_id: str, name: str | None = None, **changed) -> Hop:
    usual = {"branch_id": "branch-2", "dpd": 47, "in_default": True, "tier": "substandard", "grade": "D"}
    return Hop(party_id, name, **{**usual, **changed})


FOREIGN = decision(
    paths=(
        Path(Channel.GUARANTEES, (hop("G-near", "Near Ltd"), hop("G-far", "Far Ltd")), 180_000_000),
        Path(Channel.GROUP, (hop("G-far", "Far Ltd"),), None),
    ),
    unit=(UnitMember("P-own", Role.CONTROLLER, "Person"), UnitMember("G-far", Role.AFFILIATE, None)),
    assess=("G-far", "G-else"),
    reasons=(Reason("INFLOW_FELL", 1.5, (Evidence("inflow_change_3m", -0.6, 0.9, ("B1", "G-near", "P-own")),)),),
    held=(Held("signal", "CIRCLE", "orange", {"from": "G-far", "name": "Far Ltd", "share": 0.5}),),
    loans=(
        LoanDecision(
            "L1",
            "business",
            1,
            0,
            Tier.PASS,
            (Held("tier_rule", "X", "pass", {"by": "G-near"}, lifts=((Lift("by", "!=", "G-near"),),)),),
            override=Override("o1", Tier.PASS, "Far Ltd (G-far) pays", "a", "b", date(2026, 6, 1), date(2026, 9, 1)),
        ),
    ),
)


def test_whoever_is_foreign_keeps_amount_and_state_and_loses_id_name_and_branch():
    found = masked(FOREIGN, visible={"P-own"})
    near, far = found.paths[0].hops
    assert (near.party_id, near.name, near.branch_id) == ("party-1", "其他机构客户1", None)
    assert (near.dpd, near.in_default, near.tier, near.grade) == (47, True, "substandard", "D")
    assert (far.party_id, far.name) == ("party-2", "其他机构客户2")
    assert found.paths[0].amount_fen == 180_000_000


def test_the_same_party_has_the_same_stand_in_wherever_it_stands():
    found = masked(FOREIGN, visible={"P-own"})
    assert found.paths[1].hops[0].party_id == "party-2"
    assert found.unit == (
        UnitMember("P-own", Role.CONTROLLER, "Person"),
        UnitMember("party-2", Role.AFFILIATE, "其他机构客户2"),
    )
    assert found.assess == ("party-2", "party-3")
    assert found.reasons[0].evidence[0].from_whom == ("B1", "party-1", "P-own")
    assert found.held[0].inputs == {"from": "party-2", "name": "party-2", "share": 0.5}
    assert found.loans[0].held[0].inputs == {"by": "party-1"}
    assert found.loans[0].held[0].lifts == ((Lift("by", "!=", "party-1"),),)
    assert found.loans[0].override is not None
    assert found.loans[0].override.reason == "party-2 (party-2) pays"


def test_the_sentence_of_a_path_names_the_stand_in():
    path = masked(FOREIGN, visible=set()).paths[0]
    told = grounds.path_text(path, "B1", Language.ZH)
    assert told == "B1 →(担保 180.0 万元) party-1 其他机构客户1 → party-2 其他机构客户2 已违约，逾期 47 天"


def test_a_stand_in_is_never_the_id_of_somebody_else():
    one = decision(assess=("party-1", "G-far"))
    assert masked(one, visible={"party-1"}).assess == ("party-1", "party-2")
    assert masked(one, visible=set()).assess == ("party-1", "party-2")


def test_where_nobody_is_foreign_nothing_changes():
    assert masked(FOREIGN, visible={"P-own", "G-near", "G-far", "G-else"}) is FOREIGN
    assert masked(decision(), visible=set()) == decision()


def test_all_who_are_named_count():
    assert parties_of(FOREIGN) == {"G-near", "G-far", "P-own", "G-else"}


ids = st.text(alphabet="XYZ", min_size=4, max_size=9).map(lambda text: f"#{text}#")
"""Ids that no other word of a decision holds, and of which none is within another."""
maybe = st.none() | ids.map(lambda text: f"Firm {text.lower()}")  # never the id of somebody else
parties = st.lists(ids, min_size=1, max_size=8, unique=True)


@st.composite
def decisions(draw):
    known = draw(parties)
    one = st.sampled_from(known)
    hops = st.lists(one.flatmap(lambda own: maybe.map(lambda name: hop(own, name))), min_size=1, max_size=3)
    paths = draw(st.lists(hops.map(lambda found: Path(Channel.GUARANTEES, tuple(found), 5)), max_size=3))
    unit = draw(st.lists(one.flatmap(lambda own: maybe.map(lambda name: UnitMember(own, Role.FIRM, name))), max_size=3))
    names = [hop.name for path in paths for hop in path.hops if hop.name]
    value = one | (st.sampled_from(names) if names else one) | st.floats(0, 1)
    inputs = st.dictionaries(st.sampled_from(["a", "b"]), value, max_size=2)
    from_whom = tuple(draw(st.lists(one, max_size=3)))
    assess = tuple(draw(st.lists(one, max_size=3)))
    found = decision(
        paths=tuple(paths),
        unit=tuple(unit),
        assess=assess,
        reasons=(Reason("INFLOW_FELL", 1.5, (Evidence("inflow_change_3m", -0.6, 0.9, from_whom),)),),
    )
    named = parties_of(found)
    held = Held("signal", "S", "orange", {k: v for k, v in draw(inputs).items() if v in named or v in names})
    return decision(paths=found.paths, unit=found.unit, assess=assess, reasons=found.reasons, held=(held,))


@given(one=decisions(), data=st.data())
def test_no_foreign_id_or_name_is_left_anywhere(one, data):
    known = sorted(parties_of(one))
    visible = set(data.draw(st.lists(st.sampled_from(known), unique=True))) if known else set()
    text = masked(one, visible=visible).to_json()
    named = [(hop.party_id, hop.name) for path in one.paths for hop in path.hops]
    named += [(member.member_id, member.name) for member in one.unit]
    foreign = {own for own in known if own not in visible}
    # A name may be told of somebody visible who bears it too.
    own_names = {name for own, name in named if own in visible}
    secret = foreign | {name for own, name in named if own in foreign and name and name not in own_names}
    assert [one for one in secret if json.dumps(one)[1:-1] in text] == []


def party(party_id: str, hops: int, name: str | None = None, *, branch_id: str = "branch-2") -> Party:
    return Party(party_id, name, "firm", branch_id, True, 100, 47, False, True, "G8", WarningLevel.RED, hops)


CIRCLE = Circle(
    (party("B1", 0, "Own", branch_id="branch-1"), party("G-new", 1, "New Ltd"), party("G-far", 2, "Far Ltd")),
    (Link("B1", "G-new", "guarantee", 70, None), Link("G-new", "G-far", "guarantee", None, None)),
    3,
)


def test_a_party_is_called_alike_in_decision_and_circle():
    found, circle = masked_with(FOREIGN, CIRCLE, visible={"P-own"})
    assert found == masked(FOREIGN, visible={"P-own"})
    assert [one.party_id for one in circle.parties] == ["B1", "party-4", "party-2"]
    assert [(one.from_id, one.to_id) for one in circle.links] == [("B1", "party-4"), ("party-4", "party-2")]


def test_a_party_of_the_circle_keeps_money_and_state_and_loses_id_name_and_branch():
    _, circle = masked_with(FOREIGN, CIRCLE, visible={"P-own"})
    new = circle.parties[1]
    assert (new.name, new.branch_id) == ("其他机构客户4", None)
    assert (new.exposure_fen, new.dpd, new.in_trouble, new.grade) == (100, 47, True, "G8")
    assert circle.links[0].amount_fen == 70
    assert circle.left_out == 3


def test_the_borrower_in_the_middle_of_the_circle_is_never_masked():
    _, circle = masked_with(FOREIGN, CIRCLE, visible=set())
    assert circle.parties[0] == CIRCLE.parties[0]


def test_a_circle_of_own_parties_is_told_as_it_is():
    assert masked_with(decision(), CIRCLE, visible={"G-new", "G-far"})[1] == CIRCLE
