"""The policy page as people of all roles see it."""

from dataclasses import replace
from datetime import date

import pytest

from ews.domain.errors import PolicyError
from ews.serving.pages.policy.revised import PARTS
from ews.serving.policy_desk import PolicyDesk
from ews.store.adoptions import adopt
from tests.casework.people import AUDITOR, HEAD, OFFICER, OPERATOR
from tests.policy.policies import POLICY


@pytest.fixture
def page(client_as):
    """Return what reads a page as somebody, in English."""

    def read(path, actor=HEAD, status=200, language="en", **more):
        response = client_as(actor, **more).get(path, headers={"accept": "text/html", "accept-language": language})
        assert response.status_code == status, response.text
        return response.text

    return read


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_part_is_shown_in_both_languages(page, part, language):
    assert PARTS[part].en in page(f"/policy?part={part}") or language == "zh"
    assert PARTS[part].zh in page(f"/policy?part={part}", language="zh")


@pytest.mark.parametrize("actor", [OFFICER, OPERATOR, AUDITOR], ids=lambda one: one.user_id)
def test_everybody_may_read_the_policy(page, actor):
    assert "substandard_above_dpd" in page("/policy", actor)


def test_a_parameter_stands_with_value_day_source_and_what_nobody_has_looked_up(page):
    text = page("/policy?text=substandard_above_dpd")
    assert "90 days" in text
    assert "since 2023-07-01" in text
    assert "article to verify" in text
    assert 'id="substandard_above_dpd"' in text


def test_what_is_to_come_is_said(page):
    assert "from 2027-09-30: 0" in page("/policy?text=medium_renewals_qualify&on=2026-08-01")


def test_a_signal_is_told_in_the_language_of_the_page_with_what_its_condition_asks_for(page):
    text = page("/policy?text=PARTNERS_LOST", language="zh")
    assert "占此前销售<var>≥ 50%</var>的客户近3个月无回款，入账为未来3个月应还本息的<var>&lt; 1.5</var>倍" in text
    assert "Customers who made up" not in text
    assert "customers_lost_share}" not in text


def test_an_amount_stands_once_beside_its_parameter(page):
    text = page("/policy?text=large_exposure", language="zh")
    assert "大额风险敞口界限</span>" in text
    assert "50.0 万元" in text


def test_a_signal_stands_with_its_condition_in_words(page):
    text = page("/policy?text=OVERDRAWN_LONG")
    assert "OVERDRAWN_LONG" in text
    assert "overdrawn_days_3m &gt;= 10" in text


def test_what_is_looked_for_is_found_in_all_lists(page):
    text = page("/policy?text=EBA")
    assert 'id="part-signals"' in text
    assert page("/policy?text=no-such-word").count("holds “no-such-word”") == 1


def test_what_somebody_looks_for_is_no_markup(page):
    assert "<script>alert" not in page("/policy?text=<script>alert(1)</script>")


def test_before_anybody_adopted_a_policy_the_page_says_so(page):
    assert "Nobody has adopted a policy yet" in page("/policy")


def test_who_adopted_it_when_and_why_is_told(page, store):
    adopt(store, POLICY.hash, date(2026, 8, 1), adopted_by="wang, <b>zhao</b>", note="Minutes")
    text = page("/policy")
    assert "In force since 2026-08-01" in text
    assert "wang, &lt;b&gt;zhao&lt;/b&gt;" in text
    assert "Minutes" in text


def test_another_one_to_come_is_said(page, store):
    adopt(store, POLICY.hash, date(1900, 1, 1), adopted_by="ews")
    adopt(store, POLICY.hash, date(2027, 1, 1), adopted_by="wang, zhao")
    assert "From 2027-01-01 another one holds." in page("/policy")


def test_a_policy_that_this_version_cannot_read_is_said_and_the_page_still_stands(page, services):
    def gone(_day):
        message = "The policy in force is not in '/secret/folder'."
        raise PolicyError(message)

    broken = replace(services, desk=replace(services.desk, policy_on=gone))
    text = page("/policy", services=broken)
    assert "cannot be read by this version" in text
    assert "/secret" not in text
    assert "What held from when" in page("/policy/changes", services=broken)


def test_a_kept_policy_is_read_by_its_hash_and_an_unknown_one_is_not_there(page, services):
    known = replace(services, policy_desk=PolicyDesk(find=lambda one: POLICY if one == POLICY.hash else None))
    assert "You are looking at a policy that is kept" in page(f"/policy?policy={POLICY.hash}", services=known)
    assert "cannot read it" in page(f"/policy?policy={'0' * 64}", services=known)


@pytest.mark.parametrize("query", ["part=nothing", "on=yesterday", "policy=../x", "text=" + "x" * 201, "other=1"])
def test_what_cannot_be_asked_is_refused_in_words(page, query):
    assert 'role="alert"' in page(f"/policy?{query}", status=400 if query == "other=1" else 422)
