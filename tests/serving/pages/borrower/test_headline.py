"""What the months tell first."""

from datetime import date

import pytest

from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.headline import title
from tests.serving.pages.borrower.exhibits import exhibit, month
from tests.serving.pages.borrower.views import view
from tests.store.samples import JULY, decision


def months(**by_number):
    """Return 24 months of which some differ: `m2` is that two months before the last."""
    return tuple(month(number, **by_number.get(f"m{number}", {})) for number in range(23, -1, -1))


def said(given, level=WarningLevel.ORANGE):
    return title(exhibit(months=given), decision(as_of=JULY, level=level), view(language=Language.ZH))


def test_money_that_fell_is_told_against_the_months_before():
    assert said(months()) == "截至 2026-07-31 的 24 个月：近 3 个月月均入账 10.0 万元，此前 9 个月 30.0 万元（−67%）"


def test_what_is_unpaid_comes_first_then_that_nothing_came_in():
    dry, unpaid = {"inflow_fen": 0}, {"inflow_fen": 20_000_000, "unpaid_fen": 281_400}
    given = months(m4=dry, m3=dry, m2=dry, m1=unpaid, m0=unpaid)
    assert said(given) == "截至 2026-07-31 的 24 个月：近 2 个月到期款项未还清；2026-03 至 2026-05 几乎无入账"


def test_a_rise_is_no_headline_over_a_warned_borrower():
    risen = {f"m{number}": {"inflow_fen": 60_000_000} for number in range(3)}
    assert said(months(**risen)) == "截至 2026-07-31 的 24 个月"
    assert "（+100%）" in said(months(**risen), WarningLevel.NONE)


def test_one_dry_month_is_not_told():
    flat = {f"m{number}": {"inflow_fen": 30_000_000} for number in range(3)}
    assert said(months(**flat, m4={"inflow_fen": 0})) == "截至 2026-07-31 的 24 个月"


def test_cards_drawn_to_the_limit_are_told():
    flat = {f"m{number}": {"inflow_fen": 30_000_000} for number in range(3)}
    flat["m0"] |= {"card_limit_fen": 100, "card_balance_fen": 95}
    assert said(months(**flat)).endswith("：信用卡额度已用 95%")


@pytest.mark.parametrize("inflow", [None, 0])
def test_the_title_claims_nothing_where_months_are_unknown_or_empty(inflow):
    given = tuple(month(number, inflow_fen=inflow) for number in range(23, -1, -1))
    assert title(exhibit(months=given), decision(as_of=JULY), view()) == "24 months to 2026-07-31"
    assert title(None, decision(as_of=date(2026, 7, 31)), view()) == "24 months to 2026-07-31"
