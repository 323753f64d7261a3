from ews.features.account_flows.settlement import DECLARED_SALES
from ews.features.guarantee_exposure.family import CALLED, NOT_SO
from ews.policy.findings import NEEDS_SECOND, NUMBERS, ON_A_LOAN, WORDS
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
