import pytest

from ews.features.account_flows.settlement import DECLARED_SALES
from ews.features.guarantee_exposure.family import CALLED, NOT_SO
from ews.policy.findings import EASY, LIFTING, NEEDS_SECOND, NUMBERS, ON_A_LOAN, WORDS, needs_second
from ews.scoring import finding_facts
from ews.scoring.contagion import ASSESSMENT
from ews.simulation.rows.findings import FIELDS
from tests.policy.policies import POLICY


def test_the_words_are_those_that_scoring_understands():
    known = {**finding_facts.WORDS, **finding_facts.FLAGS, **finding_facts.ELSEWHERE}
    known["use_of_funds"] = (*finding_facts.WORDS["use_of_funds"], *finding_facts.ELSEWHERE["use_of_funds"])
    assert {field: set(WORDS[field]) for field in known} == {field: set(words) for field, words in known.items()}
    assert NUMBERS[finding_facts.SHARE] == "share"
    assert ON_A_LOAN == {finding_facts.CAUSE: finding_facts.EXCUSING}


def test_what_features_read_is_among_the_words():
    assert NUMBERS[DECLARED_SALES] == "fen"
    assert [word for word in WORDS[CALLED] if word in NOT_SO] == ["no"]
    assert ASSESSMENT in WORDS


def test_checks_of_the_simulator_are_written_in_known_fields():
    assert set(FIELDS) <= {*WORDS, *NUMBERS}


def test_what_alone_makes_a_loan_non_performing_needs_a_second_person():
    alone = ("impaired", "external_rating", "debt_evasion", "bankruptcy")
    asked = [rule for rule in POLICY.tier_rules.loan if rule.floor.non_performing]
    named = {name for name in alone for rule in asked for _, when in rule.when.values if name in when.names}
    assert named == set(alone) <= NEEDS_SECOND
    assert {*WORDS, *NUMBERS} >= NEEDS_SECOND


@pytest.mark.parametrize(
    ("field", "value", "takes_back", "second"),
    [
        ("impaired", "yes", None, True),
        ("impaired", "no", None, True),
        ("impaired", None, "yes", True),
        ("impairment_share", "0.6", None, True),
        ("overdue_cause", "technical", None, True),
        ("overdue_cause", "forgot", None, False),
        ("repayment_ability", "able", None, True),
        ("repayment_ability", "unable", "able", False),
        ("repayment_ability", None, "unable", True),
        ("repayment_ability", None, "able", False),
        ("financial_difficulty", "resolved", "unresolved", True),
        ("financial_difficulty", "unresolved", None, False),
        ("use_of_funds", "diverted", None, False),
        ("stoppage", None, "yes", False),
    ],
)
def test_what_lifts_takes_a_second_person_and_what_burdens_does_not(field, value, takes_back, second):
    assert needs_second(field, value, takes_back=takes_back) is second


@pytest.mark.parametrize(
    ("field", "value", "takes_back", "second"),
    [
        ("repayment_ability", "able", None, False),
        ("impaired", "no", None, False),
        ("impaired", "yes", None, True),
        ("impaired", None, "no", False),
        ("impaired", None, "yes", True),
        ("bankruptcy", "reorganisation", None, True),
        ("credit_enhancement", "recognised", None, True),
        ("overdue_cause", "technical", None, True),
        ("impairment_share", "0.1", None, True),
    ],
)
def test_a_good_word_that_lifts_nothing_takes_nobody_else(field, value, takes_back, second):
    assert needs_second(field, value, takes_back=takes_back, lifts=False) is second
    assert needs_second(field, value, also=(field,), lifts=False)


def test_easy_words_are_words_of_their_fields():
    assert {field: words <= set(WORDS[field]) for field, words in EASY.items()} == dict.fromkeys(EASY, True)


def test_a_bank_may_ask_for_more():
    assert needs_second("stoppage", "no", also=("stoppage",))


def test_words_that_lift_are_words_of_their_fields():
    known = {**WORDS, **ON_A_LOAN}
    assert {field: words <= set(known[field]) for field, words in LIFTING.items()} == dict.fromkeys(LIFTING, True)
    assert not LIFTING.keys() & NEEDS_SECOND
