"""One meaning for one borrower and for the book: the engine and plain Python on the rules of the default policy."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.decisions import Value
from ews.events.engine import connect
from ews.policy.evaluate import truth, value_of
from ews.policy.expressions import parse
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule
from ews.policy.verdicts import judge
from ews.policy.vocabulary import Word
from tests.policy.policies import POLICY, VOCABULARY, load, small

ENGINE = connect(threads=1)
DAYS = st.sampled_from([date(2005, 9, 30), date(2023, 7, 1), date(2026, 6, 30), date(2027, 9, 30)])
NUMBERS = [-0.95, -0.4, -0.3, 0.0, 0.2, 0.3, 0.5, 0.9, 1.0, 1.5, 2.0, 3.0, 6.0, 7.0, 8.0, 30.0, 31.0, 90.0, 91.0, 1e6]


def cell(word: Word) -> st.SearchStrategy[Value]:
    if word.unit == "flag":
        return st.sampled_from([None, True, False])
    if word.unit == "text":
        return st.sampled_from([None, *(word.choices or ("other",))])
    return st.one_of(st.none(), st.sampled_from(NUMBERS))


def rows_for(names: list[str], words: dict[str, Word]) -> st.SearchStrategy[list[dict[str, Value]]]:
    return st.lists(st.fixed_dictionaries({name: cell(words[name]) for name in names}), min_size=1, max_size=8)


def agree(
    rules: list[TierRule] | list[Signal], policy: Policy, day: date, rows: list[dict[str, Any]], words: Any
) -> None:
    kinds: dict[str, pa.DataType] = {"flag": pa.bool_(), "text": pa.string()}
    schema = pa.schema([(name, kinds.get(words[name].unit, pa.float64())) for name in rows[0]])
    table = ENGINE.create_table("rows", pa.Table.from_pylist(rows, schema), temp=True, overwrite=True)
    judged = judge(table, rules, policy, day).to_pyarrow()
    for rule in rules:
        condition = rule.when.on(day)
        alone = [
            False if condition is None else truth(condition.tree, row, policy.values_for(condition, day))
            for row in rows
        ]
        assert judged[f"_holds_{rule.code}"].to_pylist() == alone, rule.code


def names_of(rules: list[TierRule] | list[Signal]) -> list[str]:
    return sorted({name for rule in rules for _, one in rule.when.values for name in one.names})


SIGNALS, LOANS = list(POLICY.signals), list(POLICY.tier_rules.loan)


@settings(max_examples=12, deadline=None)
@given(day=DAYS, rows=rows_for(names_of(SIGNALS), dict(VOCABULARY.borrower)))
def test_every_signal_means_the_same_for_one_and_for_all(day: date, rows: list[dict[str, Any]]):
    agree(SIGNALS, POLICY, day, rows, VOCABULARY.borrower)


@settings(max_examples=25, deadline=None)
@given(day=DAYS, rows=rows_for(names_of(LOANS), dict(VOCABULARY.loan)))
def test_every_tier_rule_means_the_same_for_one_and_for_all(day: date, rows: list[dict[str, Any]]):
    agree(LOANS, POLICY, day, rows, VOCABULARY.loan)


@settings(max_examples=15, deadline=None)
@given(shift=st.integers(-2, 2), dpd=st.integers(0, 100))
def test_conditions_and_parameters_change_on_their_day_for_one_and_for_all(dated: Policy, shift: int, dpd: int):
    day = date.fromordinal(date(2026, 8, 1).toordinal() + shift)
    rows: list[dict[str, Any]] = [
        {"dpd": dpd, "is_card": None, "retail": False},
        {"dpd": None, "is_card": True, "retail": None},
    ]
    agree(list(dated.tier_rules.loan), dated, day, rows, VOCABULARY.loan)
    late, very = (rule.when.on(day) for rule in dated.tier_rules.loan)
    assert late is not None
    assert very is not None
    begun = shift >= 0
    assert truth(late.tree, rows[0], dated.values_for(late, day)) is (dpd > (7 if begun else 0))
    assert truth(very.tree, rows[0], dated.values_for(very, day)) is (dpd > (60 if begun else 90))


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    when = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')
    values = ("parameters.toml", "{ 2023-07-01 = 90 }", "{ 2023-07-01 = 90, 2026-08-01 = 60 }")
    return load(small(tmp_path_factory.mktemp("dated"), when, values))


def test_what_is_no_condition_or_value_is_an_error_of_the_caller():
    with pytest.raises(TypeError, match="is not a condition"):
        truth(parse("a + 1"), {"a": 1}, {})
    with pytest.raises(TypeError, match="is not a value"):
        value_of(parse("a > 1"), {"a": 1}, {})
