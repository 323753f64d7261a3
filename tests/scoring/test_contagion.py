from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from ews.domain.paths import Channel, Hop, Path
from ews.events.book import Book
from ews.features.catalogue import FEATURES, family_of
from ews.scoring.contagion import ASSESSMENT, CHANNELS, MOST_PATHS, assessed, channel_of, paths_of
from ews.scoring.parties import parties_of
from tests.scoring.connected import AS_OF, book, guarantee, spine_of, tied


def hop(party: str, dpd: int | None, *, in_default: bool | None = False, **more: Any) -> Hop:
    return Hop(party, **{"name": f"企业{party}", "branch_id": "S01", "dpd": dpd, "in_default": in_default, "tier": None,
                         "grade": None, **more})  # fmt: skip


def paths(whole: Book, decided: pd.DataFrame | None = None) -> Mapping[str, tuple[Path, ...]]:
    spine = spine_of(whole)
    return paths_of(whole, spine, parties_of(whole, spine), decided)


def assessments(whole: Book) -> Mapping[str, tuple[str, ...]]:
    spine = spine_of(whole)
    return assessed(whole, spine, parties_of(whole, spine))


def test_a_guaranteed_party_past_due_is_a_path_with_what_is_guaranteed():
    whole = book({"A": 0, "B": 47, "C": 0}, guarantees=[guarantee("A", "B", 180), guarantee("A", "C")], relations=[])
    assert paths(whole) == {"A": (Path(Channel.GUARANTEES, (hop("B", 47),), 180),)}


def test_a_party_carries_its_tier_and_grade_where_it_was_decided():
    whole = book({"A": 0, "B": 47}, guarantees=[guarantee("A", "B", 180)], relations=[])
    decided = pd.DataFrame([{"borrower_id": "B", "tier": "special_mention", "grade": "G8"}])
    (path,) = paths(whole, decided)["A"]
    assert path.hops == (hop("B", 47, tier="special_mention", grade="G8"),)


def test_a_party_in_trouble_two_steps_away_is_reached_by_way_of_the_sound_one():
    whole = book(
        {"A": 0, "B": 0, "C": 100}, guarantees=[guarantee("A", "B", 180), guarantee("B", "C", 70)], relations=[]
    )
    found = paths(whole)
    via = hop("B", None, in_default=None)
    assert found["A"] == (Path(Channel.GUARANTEES, (via, hop("C", 100, in_default=True)), 70),)
    assert found["B"] == (Path(Channel.GUARANTEES, (hop("C", 100, in_default=True),), 70),)


def test_behind_a_party_in_trouble_nothing_more_is_told():
    whole = book(
        {"A": 0, "B": 40, "C": 100}, guarantees=[guarantee("A", "B"), guarantee("B", "C")], relations=[]
    )  # fmt: skip
    assert [path.hops[-1].party_id for path in paths(whole)["A"]] == ["B"]


def test_a_guarantor_and_a_member_of_the_group_in_trouble_are_paths():
    whole = book({"A": 0, "B": 10, "C": 95}, guarantees=[guarantee("B", "A")], relations=[tied("A", "C")])
    assert paths(whole)["A"] == (
        Path(Channel.GROUP, (hop("C", 95, in_default=True),), None),
        Path(Channel.GUARANTEES, (hop("B", 10),), 100),
    )


def test_five_paths_are_kept_the_gravest_first():
    late = {"B": 5, "C": 95, "D": 40, "E": 40, "F": 1, "G": 2, "H": 0}
    amounts = {"E": 900}
    given = [guarantee("A", party, amounts.get(party, 100)) for party in late]
    whole = book({"A": 0, **late}, guarantees=given, relations=[])
    found = paths(whole)["A"]
    assert [path.hops[0].party_id for path in found] == ["C", "E", "D", "B", "G"]
    assert len(found) == MOST_PATHS


def test_a_party_outside_the_book_is_no_path():
    whole = book({"A": 0}, guarantees=[guarantee("A", "OUTSIDE")], relations=[])
    assert paths(whole) == {}


ASSESSED: list[tuple[int, date | None, tuple[str, ...]]] = [
    (90, None, ()),
    (91, None, ("B",)),
    (100, AS_OF - timedelta(days=9), ()),
    (100, AS_OF - timedelta(days=10), ("B",)),
    (500, None, ()),
]


@pytest.mark.parametrize(("dpd", "done", "expected"), ASSESSED)
def test_a_default_in_the_group_asks_for_an_assessment_until_there_is_one(dpd, done, expected):
    # More than 90 days past due since as_of minus dpd plus 91 days
    finding = {"finding_id": "N1", "borrower_id": "A", "field": ASSESSMENT, "value": "done", "found_on": done}
    whole = book({"A": 0, "B": dpd}, relations=[tied("A", "B")], findings=[finding] if done else [])
    assert assessments(whole).get("A", ()) == expected


def test_members_of_one_group_are_assessed_for_each_other():
    whole = book({"A": 0, "B": 120, "C": 120, "D": 0}, groups={"A": "G1", "B": "G1", "C": "G1", "D": "G2"})
    assert assessments(whole) == {"A": ("B", "C"), "B": ("C",), "C": ("B",)}


def test_channels_name_features_of_the_families_that_look_at_others():
    families = {name: family_of(next(each for each in FEATURES if each.name == name)) for name in CHANNELS}
    assert {families[name] for name in CHANNELS if CHANNELS[name] is Channel.GUARANTEES} == {"guarantee_exposure"}
    assert {families[name] for name in CHANNELS if CHANNELS[name] is Channel.GROUP} == {"economic_unit"}
    assert channel_of("guaranteed_to_inflow") is Channel.OWN
    assert channel_of("inflow_3m") is Channel.OWN
