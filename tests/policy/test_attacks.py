"""Conditions as an attacker would write them: a clear fault, in bounded time and memory, and nothing is ever run."""

import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.policy import expressions
from ews.policy.conditions import read_conditions
from ews.policy.entries import Entry
from ews.policy.expressions import LONGEST, Fault, Node, parse
from ews.policy.units import Scope, check
from ews.policy.vocabulary import Word

SCOPE = Scope({"dpd": Word("days")}, {})
ATTACKS = (
    "__import__('os').system('touch sprung') == 0",
    "dpd.__class__ > 1",
    "dpd.__class__.__mro__[1].__subclasses__() > 1",
    "().__class__ == 1",
    "'{0.__class__}'.format(dpd) == ''",
    "f'{dpd}' == ''",
    "f'{open(1)}' == dpd",
    "open('sprung', 'w') > dpd",
    "exec('x = 1') or dpd > 1",
    "eval('1') < dpd",
    "globals() == dpd",
    "print(dpd) > 1",
    "known(open('sprung', 'w'))",
    "known(*dpd)",
    "known(**dpd)",
    "known(dpd, x=1)",
    "known(dpd)(dpd)",
    "(lambda: dpd)() > 1",
    "[dpd for dpd in range(10)] == dpd",
    "{dpd: dpd for dpd in dpd} == dpd",
    "(dpd for dpd in dpd) == 1",
    "any(dpd > 1 for _ in dpd)",
    "(dpd := 1) > 0",
    "dpd if dpd else dpd",
    "await dpd > 1",
    "(yield) > dpd",
    "*dpd > 1",
    "dpd[0] > 1",
    "dpd[1:2] > 1",
    "... == dpd",
    "dpd @ dpd > 1",
    "dpd % 2 == 1",
    "dpd // 2 == 1",
    "dpd << 60 > 1",
    "dpd >> 1 > 1",
    "dpd | 1 > 1",
    "dpd ^ 1 > 1",
    "~dpd > 1",
    "9**9**9 > dpd",
    "2**2**2**2**2**2 > dpd",
    "1e999 > dpd",
    "9" * 900 + " > dpd",
    "0x" + "f" * 900 + " > dpd",
    "'a' * 999999999 == dpd",
    "dpd > 1; import os",
    "import os",
    "dpd > 1\nimport os",
    "dpd > 1 # and the rest",
    "dpd > b'1'",
    "dpd > 1j",
    "dpd is 1",
    "dpd in dpd",
    "dpd in {1: 2}",
    "dpd in (open(1),)",
    "dpd in ((1,),)",
    "assert dpd",
    "del dpd",
    "ｄｐｄ.ｘ > 1",
    "dpd\u202e > 1",
    "dpd > 1\0",
    "\\",
    "'" * 500,
    "(" * 900,
    "(" * 400 + "dpd > 1" + ")" * 400,
    "not " * 240 + "dpd",
    "-" * 900 + "dpd > 1",
    "[" * 300 + "dpd" + "]" * 300,
    "dpd" + " > dpd" * 160 + ".x",
    "dpd > 1 and " * 1_000_000 + "dpd > 1",
    "d" * 10_000_000,
)


HEARD: list[str] = []
LISTENING: set[str] = set()


def _hear(event: str, _: object, *, listening: set[str] = LISTENING, heard: list[str] = HEARD) -> None:
    if listening and event.startswith(("exec", "import", "open", "os.", "subprocess", "socket", "ctypes")):
        heard.append(event)


sys.addaudithook(_hear)


def read(text: str) -> Node:
    """Return the tree of a condition over days past due; Fault where it is none."""
    LISTENING.add(text)
    try:
        tree = parse(text)
    finally:
        LISTENING.clear()
    check(tree, SCOPE)
    return tree


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_a_fault_that_says_where_and_runs_nothing(text):
    with pytest.raises(Fault) as caught:
        read(text)
    assert HEARD == []
    assert 0 <= caught.value.at <= max(LONGEST, len(text))
    assert len(str(caught.value)) < 400


def test_a_condition_that_is_one_is_read():
    assert read("dpd > 90 or dpd in (1, 2)") == parse("dpd > 90 or dpd in (1, 2)")


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_in_a_policy_names_file_rule_and_place(text):
    entry = Entry("signals.toml", "TRAP", {"when": text})
    with pytest.raises(PolicyError, match=r"^signals\.toml: TRAP: ") as caught:
        read_conditions(entry, "when", SCOPE)
    assert len(str(caught.value)) < 1_500


@given(
    text=st.text(st.sampled_from("dpd_ ()[]{}.,:;+-*/%<>=!'\"\\0123456789eEx@~^|&lambdforinotadwyk\n\t"), max_size=120)
)
def test_whatever_is_written_becomes_a_tree_of_ours_or_a_fault(text):
    """Nothing but nodes of this module's own come out, and only a Fault leaves it."""
    try:
        tree = parse(text)
    except Fault:
        return
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        assert type(node).__module__ == expressions.__name__
        waiting += [one for one in (getattr(node, name, None) for name in ("left", "right", "item", "part")) if one]
        waiting += [*getattr(node, "parts", ()), *getattr(node, "choices", ())]


@given(text=st.text(max_size=60))
def test_text_in_any_letters_becomes_a_tree_or_a_fault(text):
    with suppress(Fault):
        assert type(parse(text)).__module__ == expressions.__name__
