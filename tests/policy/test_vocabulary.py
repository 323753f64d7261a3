import pytest

from ews.domain.errors import PolicyError
from ews.domain.features import Feature
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
