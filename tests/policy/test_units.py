from dataclasses import replace

import pytest

from ews.policy.expressions import Fault, parse
from ews.policy.units import Scope, check
from ews.policy.vocabulary import Word

SCOPE = Scope(
    {
        "money": Word("fen"),
        "debt": Word("fen"),
        "late": Word("days"),
        "age": Word("months"),
        "part": Word("share"),
        "change": Word("ratio"),
        "pieces": Word("count"),
        "retail": Word("flag"),
        "product": Word("text", ("card", "mortgage")),
        "region": Word("text"),
    },
    {"limit_days": "days", "limit_fen": "fen"},
)


@pytest.mark.parametrize(
    "text",
    [
        "money > 100",
        "money > 0.2 * debt",
        "money / debt > change",
        "money * part < debt",
        "part * money < debt",
        "money / pieces > limit_fen",
        "money - debt < 0",
        "1 + late > limit_days",
        "2 * 3 < pieces",
        "0 < late <= limit_days",
        "retail and not (retail or late > 1)",
        "product == 'card'",
        "'card' != product",
        "product in ('card', 'mortgage') or region == 'anywhere'",
        "pieces in (1, 2)",
        "known(product) and known(money)",
        "part * part > 0.1 and part * change > change",
        "change / part > change",
    ],
)
def test_a_condition_with_fitting_units_passes(text: str):
    check(parse(text), SCOPE)


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("money > part", 8, "fen is compared with share"),
        ("late > age", 7, "days is compared with months"),
        ("part > change", 7, "share is compared with ratio"),
        ("limit_days < money", 13, "days is compared with fen"),
        ("money + late > 0", 8, "'+' cannot join fen and days"),
        ("money * debt > 0", 8, "'*' cannot join fen and fen"),
        ("1 / money > 0", 4, "'/' cannot join number and fen"),
        ("money / age > 0", 8, "'/' cannot join fen and months"),
        ("money + product > 0", 8, "works on numbers, and this is a text"),
        ("retail * 2 > 0", 0, "works on numbers, and this is a flag"),
        ("product > 'card'", 10, "no order"),
        ("product == 1", 11, "text is compared with number"),
        ("money == 'card'", 9, "fen is compared with text"),
        ("product == 'crad'", 11, "one of card, mortgage"),
        ("product in ('card', 'crad')", 20, "one of card, mortgage"),
        ("product in (1, 2)", 12, "does not fit"),
        ("money in ('card',)", 10, "does not fit"),
        ("retail == 1", 10, "a flag is not compared"),
        ("retail in (1, 0)", 0, "a flag is not compared"),
        ("late > 0 and 1 < 2", 17, "two literals"),
        ("late", 0, "not a condition"),
        ("late + 1", 0, "not a condition"),
        ("late > 1 and money", 13, "joins conditions"),
        ("not money", 4, "joins conditions"),
        ("mony > 1", 0, "did you mean 'money'"),
        ("late > limit_day", 7, "did you mean 'limit_days'"),
        ("zzz > 1", 0, "neither a fact"),
        ("part > 20", 7, "'part' is a share; write 20 % as 0.2"),
        ("80 <= part", 0, "'part' is a share; write 80 % as 0.8"),
        ("part in (0.2, 20)", 14, "'part' is a share; write 20 % as 0.2"),
        ("money / 0 > 1", 8, "a division by zero is never known"),
        ("known(limit_fen)", 6, "always known"),
        ("known(nobody)", 6, "unknown name"),
    ],
)
def test_a_clash_is_a_fault_at_its_place(text: str, at: int, words: str):
    with pytest.raises(Fault) as caught:
        check(parse(text), SCOPE)
    assert words in str(caught.value)
    assert caught.value.at == at


def test_a_fact_that_comes_later_is_told_as_that():
    with pytest.raises(Fault, match="'money' is not known yet when this rule is judged"):
        check(parse("late > 0 and money > 0"), replace(SCOPE, later=frozenset({"money"})))
