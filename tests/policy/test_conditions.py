from datetime import date

import pytest

from ews.domain.errors import PolicyError
from ews.policy.conditions import WIDEST, read_conditions
from ews.policy.entries import Entry
from ews.policy.units import Scope
from ews.policy.vocabulary import Word

SCOPE = Scope({"dpd": Word("days"), "balance": Word("fen"), "product": Word("text", ("card",))}, {"limit": "days"})


def entry(when: object) -> Entry:
    return Entry("tier_rules.toml", "LATE", {"when": when})


def test_a_condition_lists_what_it_reads_once():
    found = read_conditions(entry("dpd > limit and balance > 0 and dpd\n   < 400"), "when", SCOPE).on(date(2026, 1, 1))
    assert found is not None
    assert found.text == "dpd > limit and balance > 0 and dpd < 400"
    assert found.names == ("dpd", "balance")
    assert found.parameters == ("limit",)


def test_a_condition_may_change_by_date():
    found = read_conditions(entry({"2023-07-01": "dpd > 90", "2027-01-01": "dpd > 60"}), "when", SCOPE)
    on = [found.on(date(2023, 6, 30)), found.on(date(2026, 12, 31)), found.on(date(2027, 1, 1))]
    assert [condition and condition.text for condition in on] == [None, "dpd > 90", "dpd > 60"]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (
            "dpd > 0 and balanse > 5",
            "unknown name 'balanse': did you mean 'balance'?\n    dpd > 0 and balanse > 5\n                ^",
        ),
        ("dpd > balance", "days is compared with fen: both sides need one unit.\n    dpd > balance\n          ^"),
        ("product == '卡' and dpd > x.y", "Attribute is not allowed in a condition"),
        ("dpd > open('x')", "the only function in a condition is known(name).\n    dpd > open('x')\n          ^"),
        ("dpd", "this is a value, not a condition: compare it with something.\n    dpd\n    ^"),
        ("", "the condition is empty: say when the rule holds."),
        ("dpd > 1 / 0", "a division by zero is never known.\n    dpd > 1 / 0\n              ^"),
        (
            "dpd > 1\x1b",
            "the condition holds the character '\\x1b', which cannot be shown.\n    dpd > 1�\n           ^",
        ),
        (None, 'the condition is None; give a text like "dpd > 30".'),
        (90, 'the condition is 90; give a text like "dpd > 30".'),
        (
            "limit > 5",
            "the condition asks for no fact or feature: it holds for everyone or for no one.\n    limit > 5\n    ^",
        ),
        ({"2023-07-01": "dpd >"}, "the condition cannot be read (invalid syntax).\n    dpd >\n         ^"),
    ],
)
def test_an_error_points_into_the_text(when: object, message: str):
    with pytest.raises(PolicyError) as caught:
        read_conditions(entry(when), "when", SCOPE)
    assert str(caught.value).startswith(f"tier_rules.toml: LATE: {message}")


def test_of_a_long_condition_the_part_around_the_fault_is_shown():
    text = " or ".join(["dpd > 1"] * 30 + ["dpd > balance"] + ["dpd > 2"] * 30)
    with pytest.raises(PolicyError) as caught:
        read_conditions(entry(text), "when", SCOPE)
    _, shown, caret = str(caught.value).splitlines()
    assert len(shown) <= 4 + WIDEST + 2
    assert shown[caret.index("^") :].startswith("balance or dpd > 2")
    assert (shown[4], shown[-1]) == ("…", "…")
