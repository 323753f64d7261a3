import pytest

from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS, Fact
from ews.events.schemas import LOANS


@pytest.mark.parametrize(
    "fact",
    [fact for fact in LOAN_FACTS if fact.name in {"product", "repayment", "security"}],
    ids=lambda fact: fact.name,
)
def test_the_words_of_a_fact_are_those_of_the_event_table(fact: Fact):
    assert fact.choices == LOANS.column(fact.name).choices


@pytest.mark.parametrize("facts", [LOAN_FACTS, BORROWER_FACTS], ids=["loan", "borrower"])
def test_every_fact_has_one_name_and_two_languages(facts: tuple[Fact, ...]):
    assert len({fact.name for fact in facts}) == len(facts)
    assert all(fact.text.en and fact.text.zh for fact in facts)
