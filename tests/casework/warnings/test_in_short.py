import pytest

from ews.casework.warnings.in_short import all_signals, why_in_short
from ews.domain.text import Text
from ews.store.cases import Case

MEANING = {
    "FLOWS": Text("Account flows (FLOWS)", "账户流水情况（FLOWS）"),
    "LATE": Text("The account balance", "账户余额情况"),
}
SAID = {"FLOWS": Text("Money coming in fell by 62 %, to 1,310,000 in 3 months", "近3个月入账下降62%，仅为131万元")}


def text_of(_policy_hash, code):
    return MEANING.get(code)


def warning(*notes, kind="FLOWS_DROP"):
    signals = [{"code": code, "level": level} for code, level in notes]
    return Case("warning", "raised", body={"kind": kind, "policy_hash": "p", "signals": signals})


WHY = [
    ([("FLOWS", "yellow")], {}, "Account flows", "账户流水情况"),
    ([("FLOWS", "yellow")], SAID, "Money coming in fell by 62 %", "近3个月入账下降62%"),
    ([("FLOWS", "yellow"), ("LATE", "red")], SAID, "The account balance, 1 more", "账户余额情况，等2项"),
    ([("LATE", "red"), ("FLOWS", "red")], SAID, "Money coming in fell by 62 %, 1 more", "近3个月入账下降62%，等2项"),
    ([("GONE", "red")], {}, "Account flows drop or do not fit the trade", "账户流水骤降或与行业不符"),
]


@pytest.mark.parametrize(("notes", "said", "en", "zh"), WHY)
def test_the_gravest_signal_is_told_in_its_first_clause(notes, said, en, zh):
    found = why_in_short(warning(*notes), text_of, said)

    assert found == Text(en, zh)


def test_a_number_with_a_comma_is_no_clause():
    said = {"LATE": Text("Balances are 1,200 against 3,400, at last", "余额1,200")}

    assert why_in_short(warning(("LATE", "red")), text_of, said).en == "Balances are 1,200 against 3,400"


def test_every_signal_is_told_its_code_where_no_policy_knows_it():
    found = all_signals(warning(("LATE", "red"), ("GONE", "red"), ("FLOWS", "red")), text_of, SAID)

    assert found == (MEANING["LATE"], Text("GONE", "GONE"), SAID["FLOWS"])


def test_a_signal_that_no_longer_holds_says_so_and_gives_way_to_those_that_do():
    case = warning(("LATE", "red"), ("FLOWS", "yellow"))
    case.body["signals"][0]["gone_observations"] = 2

    assert why_in_short(case, text_of, SAID).en == "Money coming in fell by 62 %, 1 more"
    assert all_signals(case, text_of, SAID)[0] == Text("The account balance (no longer)", "账户余额情况（已不成立）")
