import pytest

from ews.domain.errors import PolicyError
from ews.domain.features import Feature
from ews.domain.levels import Tier
from ews.domain.reasons import ReasonCode
from ews.policy.vocabulary import Word, vocabulary_of


def feature(name: str) -> Feature:
    return Feature(name, unit="days", worse="higher", reason=ReasonCode.ARREARS, en=name, zh=name)


def test_features_are_words_of_borrowers_only():
    vocabulary = vocabulary_of([feature("dpd_max_3m")])
    assert vocabulary.borrower["dpd_max_3m"] == Word("days")
    assert "dpd_max_3m" not in vocabulary.loan
    assert vocabulary.loan["repayment"] == Word("text", ("instalment", "bullet", "revolving"))


def test_a_feature_may_not_take_the_name_of_a_fact():
    with pytest.raises(PolicyError, match="The name 'dpd_max' stands for two things"):
        vocabulary_of([feature("dpd_max")])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("dpd", Word("days", least=0.0, is_whole=True)),
        ("days_to_maturity", Word("days", is_whole=True)),
        ("non_performing_share_here", Word("share", least=0.0, most=1.0)),
        ("is_card", Word("flag")),
    ],
)
def test_what_a_fact_can_be_is_known(name: str, word: Word):
    assert vocabulary_of([]).loan[name] == word


def test_ranks_begin_and_end_where_their_scale_does():
    words = vocabulary_of([]).borrower
    assert (words["tier_rank"].least, words["tier_rank"].most) == (0.0, len(Tier) - 1)
    assert (words["grade_rank"].least, words["grade_fall"].least) == (1.0, None)
