"""Many borrowers at once are told what each is told alone, and what the words of the module promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ews.domain.unit import Role, UnitMember
from ews.features.catalogue import FEATURES
from ews.scoring.contagion import channel_of
from ews.scoring.peers import WHOLE_BOOK, Peers
from ews.scoring.reasons import EVIDENCE_PER_REASON, Asked, Reasoning

ROWS, BASE = 6, -2.5
GROUPS = ("firm/trade", "firm/mining", "individual/")
CODES = tuple(dict.fromkeys(feature.reason.value for feature in FEATURES))
UNITS = {"B1": (UnitMember("C9", Role.CONTROLLER, "Owner"),)}
LEVELS = np.linspace(-3, 3, 101)
PEERS = Peers(
    {(group, feature.name): LEVELS for group in (GROUPS[0], WHOLE_BOOK) for feature in FEATURES},
    {(f"firm/{WHOLE_BOOK}", code): 0.01 * place for place, code in enumerate(CODES)},
)
MATRICES = arrays.arrays(np.float64, (ROWS, len(FEATURES)), elements=st.floats(-4, 4), fill=st.floats(-4, 4))


def asked(values: np.ndarray, added: np.ndarray) -> Asked:
    places = range(len(values))
    return Asked([f"B{place}" for place in places], [GROUPS[place % len(GROUPS)] for place in places], values, added)


@settings(max_examples=25, deadline=None)
@given(values=MATRICES, added=MATRICES, unknown=arrays.arrays(bool, (ROWS, len(FEATURES))))
def test_many_are_told_what_each_is_told_alone(values, added, unknown):
    given_ = asked(np.where(unknown, np.nan, values), added)
    reasoning = Reasoning(FEATURES, PEERS, BASE)
    together = list(reasoning.tell(given_, UNITS))
    for row, told in enumerate(together):
        one = Asked([given_.ids[row]], [given_.groups[row]], given_.values[[row]], given_.added[[row]])
        (alone,) = Reasoning(FEATURES, PEERS, BASE).tell(one, UNITS)
        assert told == alone


@settings(max_examples=25, deadline=None)
@given(values=MATRICES, added=MATRICES, unknown=arrays.arrays(bool, (ROWS, len(FEATURES))))
def test_reasons_and_channels_add_up_and_evidence_is_what_adds_most_of_what_is_known(values, added, unknown):
    given_ = asked(np.where(unknown, np.nan, values), added)
    for row, told in enumerate(Reasoning(FEATURES, PEERS, BASE).tell(given_, UNITS)):
        total = BASE + added[row].sum()
        assert told.log_odds == pytest.approx(total, abs=1e-9)
        assert told.base + sum(told.split.values()) == pytest.approx(total, abs=1e-9)
        assert {reason.code for reason in told.reasons} == set(CODES)
        assert [-reason.log_odds for reason in told.reasons] == sorted(-reason.log_odds for reason in told.reasons)
        for reason in told.reasons:
            sizes = {
                feature.name: abs(added[row, place])
                for place, feature in enumerate(FEATURES)
                if feature.reason.value == reason.code and not unknown[row, place]
            }
            shown = [one.feature for one in reason.evidence]
            assert len(shown) == min(EVIDENCE_PER_REASON, len(sizes))
            rest = max((size for name, size in sizes.items() if name not in shown), default=0.0)
            assert all(sizes[name] >= rest for name in shown)


def test_evidence_stands_among_the_peers_as_they_say_themselves():
    values = np.tile(np.linspace(-3.5, 3.5, ROWS)[:, np.newaxis], len(FEATURES))
    given_ = asked(values, np.ones_like(values))
    by_name = {feature.name: feature for feature in FEATURES}
    for row, told in enumerate(Reasoning(FEATURES, PEERS, BASE).tell(given_, UNITS)):
        for one in (evidence for reason in told.reasons for evidence in reason.evidence):
            assert one.worse_than == PEERS.worse_than(given_.groups[row], by_name[one.feature], one.value)


def test_a_channel_takes_its_features_and_their_share_of_what_is_usual():
    added = np.zeros((1, len(FEATURES)))
    (told,) = Reasoning(FEATURES, PEERS, BASE).tell(Asked(["B"], [GROUPS[0]], added, added), {})
    expected = dict.fromkeys(told.split, 0.0)
    for feature in FEATURES:
        code = feature.reason.value
        sharing = sum(other.reason.value == code for other in FEATURES)
        expected[channel_of(feature.name)] -= PEERS.usually_adds(GROUPS[0], code) / sharing
    assert told.split == pytest.approx(expected)
