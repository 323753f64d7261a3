from datetime import date

import pytest

from ews.domain.errors import PolicyError
from ews.policy.forms import Contradiction, Field, Form, finding_of, forms_on, is_contradicted, word_of
from tests.policy.policies import POLICY

DAY = date(2026, 6, 30)
FORMS = POLICY.forms_on(DAY)
TREND = Contradiction("feature:inflow_change_3m", ("rising", "steady"), below=-0.3)
SEIZED = Contradiction("feature:collateral_seized", ("no",), above=0)
FEWER = Contradiction("feature:lawsuits_12m", than="less")
MORE = Contradiction("feature:inflow_3m", than="more")


def form(code: str) -> Form:
    found = FORMS.form(code)
    assert found is not None
    return found


def field(code: str, name: str) -> Field:
    found = form(code).field(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "about", "names"),
    [
        (
            "phone",
            "borrower",
            (
                "contact_reached controller_reached reached_where stoppage sales_trend purchases_trend sales_3m "
                "purchases_3m new_orders contracts_in_hand order_book wages_unpaid summary"
            ),
        ),
        (
            "visit",
            "borrower",
            (
                "operating_rate workers stock orders water_m3 power_kwh gas_m3 customs_fen collateral_value "
                "collateral_insured collateral_seized use_of_funds funds_flow lawsuits cash_flow_plan guarantor_able "
                "strike key_people_absent vice forced_measures photo"
            ),
        ),
        (
            "audit",
            "borrower",
            (
                "balance_sheet income_statement cash_flow_statement bank_statements bills top_receivables top_payables "
                "top_prepayments top_advances loans_by_bank bill_exposure paid_in_capital dividends_12m"
            ),
        ),
        ("first", "loan", "use_of_funds paid_to evidence returned to_repay_old overdue_cause"),
        ("event", "borrower", "event_kind damage insured_fen stoppage repayment_ability relief_wanted photo"),
    ],
)
def test_each_form_has_the_fields_that_the_domain_asks_for(code: str, about: str, names: str):
    assert form(code).about == about
    assert set(names.split()) <= {one.name for one in form(code).fields}


@pytest.mark.parametrize(
    ("code", "findings"),
    [
        ("phone", "contact_reached stoppage order_book wages_unpaid"),
        (
            "visit",
            "contact_reached stoppage operating_rate order_book use_of_funds repayment_ability guarantee_called",
        ),
        (
            "audit",
            (
                "declared_sales_12m group_assessment firm_size external_rating credit_enhancement financial_difficulty "
                "impaired impairment_share debt_evasion bankruptcy repayment_ability"
            ),
        ),
        ("first", "contact_reached use_of_funds stoppage overdue_cause"),
        ("event", "stoppage repayment_ability financial_difficulty"),
    ],
)
def test_each_form_establishes_what_later_tiers_and_signals_ask(code: str, findings: str):
    assert [one.finding for one in form(code).fields if one.finding is not None] == findings.split()


def test_use_of_funds_must_be_answered_at_the_first_check():
    use = field("first", "use_of_funds")
    assert (use.required, use.why_empty_allowed) == (True, False)
    assert [choice.code for choice in use.choices] == ["as_agreed", "unclear", "diverted"]


def test_every_form_ends_in_words_that_may_not_be_left_out():
    for one in FORMS.forms:
        assert (one.fields[-1].name, one.fields[-1].unit, one.fields[-1].why_empty_allowed) == (
            "summary",
            "text",
            False,
        )


@pytest.mark.parametrize(
    ("code", "name", "answer", "value"),
    [
        ("visit", "repayment_ability", "unable", "unable"),
        ("visit", "repayment_ability", "unclear", None),
        ("first", "use_of_funds", "unclear", "unclear"),
        ("visit", "operating_rate", 85, "85"),
        ("audit", "impaired", True, "yes"),
        ("audit", "impaired", False, "no"),
        ("audit", "impairment_share", 0.5, "0.5"),
        ("audit", "sales_12m", 120_000_000, "120000000"),
        ("audit", "external_rating", "not_rated", None),
        ("audit", "financial_difficulty", "never", None),
        ("audit", "group_assessment", "not_due", None),
        ("phone", "sales_trend", "rising", None),
        ("visit", "stoppage", None, None),
    ],
)
def test_an_answer_becomes_the_finding_that_scoring_reads(code: str, name: str, answer, value: str | None):
    assert finding_of(field(code, name), answer) == value


def test_an_answer_is_told_in_one_way():
    assert [word_of(one) for one in (True, False, 3, 0.25, date(2026, 6, 1), "as_agreed")] == [
        "yes", "no", "3", "0.25", "2026-06-01", "as_agreed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("doubt", "answer", "value", "expected"),
    [
        (TREND, "rising", -0.31, True),
        (TREND, "rising", -0.3, False),
        (TREND, "rising", 0.2, False),
        (TREND, "steady", -0.5, True),
        (TREND, "falling", -0.5, False),
        (TREND, "rising", None, False),
        (TREND, None, -0.5, False),
        (SEIZED, False, 1.0, True),
        (SEIZED, False, 0.0, False),
        (SEIZED, True, 1.0, False),
        (FEWER, 0, 1.0, True),
        (FEWER, 1, 1.0, False),
        (FEWER, 7, 10.0, False),
        (FEWER, 6, 10.0, True),
        (FEWER, 11, 10.0, False),
        (MORE, 130, 100.0, False),
        (MORE, 131, 100.0, True),
        (MORE, 50, 100.0, False),
        (MORE, -60, -100.0, True),
        (MORE, -70, -100.0, False),
        (MORE, "131", 100.0, False),
        (MORE, True, 0.0, False),
    ],
)
def test_the_book_speaks_against_an_answer_beyond_the_bound_only(doubt, answer, value, expected: bool):
    assert is_contradicted(doubt, answer, value, 0.3) == expected


def test_sales_reported_rising_are_held_against_the_flows():
    assert field("phone", "sales_trend").contradicts == (TREND,)
    assert field("visit", "sales_trend").contradicts == (TREND,)


def test_a_form_field_or_choice_that_is_not_there_is_none():
    assert FORMS.form("fax") is None
    assert form("phone").field("colour") is None
    assert field("phone", "stoppage").choice("perhaps") is None
    assert field("phone", "stoppage").choice("partly") is not None


def test_a_day_before_the_first_forms_is_an_error():
    with pytest.raises(PolicyError, match=r"no forms on 1899-12-31; the first start on 1900-01-01\. Add earlier ones"):
        forms_on(POLICY.forms, date(1899, 12, 31))


def test_texts_are_there_in_both_languages():
    fields = [field for form in FORMS.forms for field in form.fields]
    named = (*FORMS.forms, *fields, *(choice for field in fields for choice in field.choices))
    assert [one.text for one in named if one.text.zh.isascii() or not one.text.en.isascii()] == []
