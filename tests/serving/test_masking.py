import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ews.domain.decisions import Evidence, Held, LoanDecision, Override, Reason
from ews.domain.levels import Tier
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.text import Language
from ews.domain.unit import Role, UnitMember
from ews.scoring import grounds
from ews.serving.masking import masked, parties_of
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
maybe = st.none() | ids.map(lambda text: f"Firm {text}")
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
