"""A policy is tried, proposed, and decided on by somebody else."""

from dataclasses import replace
from datetime import date

import pytest

from ews.casework.approvals.proposal import Hands
from ews.serving.policy_desk import Choice, Kind, PolicyDesk, Trial, TrialState
from ews.store.adoptions import adopt, adopted
from tests.casework.people import AUDITOR, HEAD, HEAD2, OFFICER, OPERATOR, RISK
from tests.policy.policies import load, small

AUGUST = date(2026, 8, 1)
EDIT = ("parameters.toml", "{ 2023-07-01 = 90 }", "{ 2023-07-01 = 90, 2026-08-01 = 60 }")
FOUND = {
    "batches": ["july"],
    "as_of": "2026-07-31",
    "on": "2026-08-01",
    "borrowers": 5,
    "exposure_fen": 500_000_000,
    "tiers": [["pass", "pass", 4, 4], ["pass", "special_mention", 1, 100_000_000]],
    "levels": [["none", "none", 3, 3], ["none", "red", 2, 250_000_000]],
    "by_rule": {"LATE": {"gained": 2, "lost": 1}},
    "warnings": [
        {"branch_id": "branch-1", "week": "2026-07-27", "old": 3, "new": 5},
        {"branch_id": "", "week": "2026-07-27", "old": 1, "new": 1},
    ],
    "waiting": {"old": 0, "new": 4},
    "provisions": {
        "expected_loss_fen": {"old": None, "new": None},
        "provision_general_fen": {"old": 100, "new": 100},
        "provision_specific_fen": {"old": 1_000_000, "new": 3_000_000},
        "provision_standard_fen": {"old": None, "new": 5},
    },
    "undecided": {"old": 1, "new": 2},
    "movers_counted": 2,
    "movers": [
        {"borrower_id": "B1", "tier": ["pass", "special_mention"], "level": ["none", "red"], "because": ["LATE"],
         "exposure_fen": 150_000_000},
        {"borrower_id": "gone/1", "tier": ["pass", "pass"], "level": ["none", "red"], "because": [],
         "exposure_fen": None},
    ],
}  # fmt: skip


class Desk:
    """Knows two policies and answers with the trial that a test sets."""

    def __init__(self, policies, choices):
        self.policies, self.listed = {one.hash: one for one in policies}, choices
        self.trial, self.begun = Trial(TrialState.NONE), []

    def begin(self, *pair):
        self.begun.append(pair)
        return self.trial

    def as_desk(self):
        return PolicyDesk(
            choices=lambda: self.listed,
            keep=lambda name: next(one.policy_hash for one in self.listed if one.name == name),
            find=self.policies.get,
            trial=lambda *_: self.trial,
            begin=self.begin,
        )


@pytest.fixture
def new(tmp_path):
    return load(small(tmp_path / "new", EDIT))


@pytest.fixture
def old(tmp_path):
    return load(small(tmp_path / "old"))


@pytest.fixture
def kept(old, new):
    return Desk(
        [old, new],
        (
            Choice("draft:mine", Kind.DRAFT, new.hash),
            Choice("draft:<i>wrong</i>", Kind.DRAFT, None, ("rules.toml:3: <b>",)),
        ),
    )


@pytest.fixture
def known(services, store, desk, old, kept):
    hands = Hands(
        check_policy=lambda _: None,
        check_model=lambda *_: None,
        adopting=lambda policy_hash, holds_from, **told: adopt(store, policy_hash, holds_from, **told),
        promoting=lambda *_: None,
    )
    held = replace(desk, policy_on=lambda _day: old)
    return replace(services, desk=held, hands=hands, policy_desk=kept.as_desk())


@pytest.fixture
def as_(client_as, known):
    def client(actor):
        opened = client_as(actor, services=known)
        opened.headers.update({"accept": "text/html", "accept-language": "en"})
        opened.follow_redirects = False
        return opened

    return client


def proposed(as_, new, actor=HEAD, day="2026-08-01"):
    client = as_(actor)
    response = client.post(f"/policy/compare/{new.hash}/propose", data={"holds_from": day, "note": "Minutes of <b>1"})
    assert response.status_code == 303, response.text
    return response.headers["location"]


def test_what_may_be_chosen_is_listed_for_who_may_propose_and_for_nobody_else(as_):
    text = as_(HEAD).get("/policy/changes").text
    assert "mine" in text
    assert "&lt;i&gt;wrong" in text
    assert "rules.toml:3: &lt;b&gt;" in text
    assert "mine" not in as_(AUDITOR).get("/policy/changes").text


def test_a_choice_is_kept_compared_at_once_and_leads_to_the_comparison(as_, new, old, kept):
    response = as_(HEAD).post("/policy/choose", data={"name": "draft:mine"})
    assert (response.status_code, response.headers["location"]) == (303, f"/policy/compare/{new.hash}")
    assert kept.begun == [(old.hash, new.hash, "sme")]


def test_the_comparison_tells_each_value_that_differs(as_, new):
    text = as_(OFFICER).get(f"/policy/compare/{new.hash}").text
    assert "1 value differs" in text
    assert "90 days" in text
    assert "60 days" in text


def test_a_policy_that_is_not_kept_is_not_there(as_):
    assert as_(HEAD).get(f"/policy/compare/{'0' * 64}").status_code == 404
    assert as_(HEAD).get(f"/policy/compare/{'x' * 64}").status_code == 422


def test_the_policy_in_force_changes_nothing(as_, old):
    text = as_(HEAD).get(f"/policy/compare/{old.hash}").text
    assert "nothing would change" in text
    assert "Propose it" not in text


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (Trial(TrialState.NONE), "Nobody has worked it out"),
        (Trial(TrialState.WAITING), "Waits for another comparison"),
        (Trial(TrialState.RUNNING, 2, 6), "2 of 6 done"),
        (Trial(TrialState.FAILED, message="Batch <b> lacks a fact"), "Batch &lt;b&gt; lacks a fact"),
        (Trial(TrialState.NO_BOOK), "does not know where the book"),
    ],
    ids=lambda one: one.state.value if isinstance(one, Trial) else "",
)
def test_how_far_a_trial_is_can_be_told(as_, new, kept, trial, said):
    kept.trial = trial
    text = as_(HEAD).get(f"/policy/compare/{new.hash}/trial?portfolio=sme", headers={"hx-request": "true"}).text
    assert said in text
    assert ("every 2s" in text) == trial.state.is_under_way


def test_what_a_policy_would_change_is_told_by_level_tier_branch_rule_and_borrower(as_, new, kept, looked):
    kept.trial = Trial(TrialState.DONE, found=FOUND)
    text = as_(HEAD).get(f"/policy/compare/{new.hash}/trial?portfolio=sme").text
    for told in ("branch-1", "4 → <strong>6</strong>", "+CNY 20,000", "B1", "LATE"):
        assert told in text
    assert "gone/1" in text
    assert looked.entries[-1].borrowers == ("B1", "gone/1")


def test_a_cell_leads_to_its_borrowers(as_, new, kept):
    kept.trial = Trial(TrialState.DONE, found=FOUND)
    path = f"/policy/compare/{new.hash}/trial?portfolio=sme&scale=tier&was=pass&now=special_mention"
    text = as_(HEAD).get(path).text
    assert "Borrowers behind the cell" in text
    assert "B1" in text
    assert "gone/1" not in text


@pytest.mark.parametrize("actor", [OFFICER, RISK, OPERATOR], ids=lambda one: one.user_id)
def test_whom_it_moves_is_told_only_to_who_may_know_about_all_branches(as_, new, kept, actor):
    kept.trial = Trial(TrialState.DONE, found=FOUND)
    assert as_(actor).get(f"/policy/compare/{new.hash}/trial?portfolio=sme").status_code == 403
    assert "Whom it would move is shown to people" in as_(actor).get(f"/policy/compare/{new.hash}").text


def test_a_trial_is_begun_by_risk_managers_and_nobody_else(as_, new, old, kept):
    path, fields = f"/policy/compare/{new.hash}/trial", {"portfolio": "sme"}
    assert as_(AUDITOR).post(path, data=fields).status_code == 403
    assert as_(HEAD).post(path, data=fields).status_code == 303
    assert kept.begun == [(old.hash, new.hash, "sme")]


def test_a_proposal_waits_for_somebody_else_who_sees_the_same(as_, new, kept):
    place = proposed(as_, new)
    assert place == "/policy/proposals/P0000001"
    assert len(kept.begun) == 1
    own, other = as_(HEAD).get(place).text, as_(HEAD2).get(place).text
    assert "You proposed it" in own
    assert "Approve: it holds from 2026-08-01" not in own
    assert "Approve: it holds from 2026-08-01" in other
    assert "Minutes of &lt;b&gt;1" in other
    assert 'class="badge-count">1<' in as_(OFFICER).get("/policy").text


def test_a_second_person_approves_and_the_policy_holds(as_, new, store):
    place = proposed(as_, new)
    response = as_(HEAD2).post(f"{place}/approve", data={"version": "1", "reason": "Minutes"})
    assert (response.status_code, response.headers["location"]) == (303, place)
    assert [(one.policy_hash, one.holds_from) for one in adopted(store)] == [(new.hash, AUGUST)]
    assert "carried out" in as_(OFFICER).get(place).text


def test_without_its_effect_worked_out_an_approval_takes_a_reason(as_, new, store):
    place = proposed(as_, new)
    response = as_(HEAD2).post(f"{place}/approve", data={"version": "1"})
    assert response.status_code == 422
    assert "has not been worked out" in response.text
    assert adopted(store) == ()
    assert "Nobody has worked out whom this policy moves" in as_(HEAD2).get(place).text


def test_with_its_effect_worked_out_a_remark_is_optional(as_, new, kept, store):
    kept.trial = Trial(TrialState.DONE, found=FOUND)
    place = proposed(as_, new)
    assert "Nobody has worked out whom this policy moves" not in as_(HEAD2).get(place).text
    assert as_(HEAD2).post(f"{place}/approve", data={"version": "1"}).status_code == 303
    assert [one.policy_hash for one in adopted(store)] == [new.hash]


def test_what_differs_is_called_by_its_name(as_, new):
    text = as_(OFFICER).get(f"/policy/compare/{new.hash}", headers={"accept-language": "zh"}).text
    assert "逾期超过该天数的贷款至少归为次级" in text


def test_the_first_person_cannot_approve(as_, new, store):
    place = proposed(as_, new)
    response = as_(HEAD).post(f"{place}/approve", data={"version": "1"})
    assert response.status_code == 403
    assert "It takes another person" in response.text
    assert adopted(store) == ()


def test_a_refusal_takes_a_reason_and_closes_it(as_, new):
    place = proposed(as_, new)
    assert as_(HEAD2).post(f"{place}/refuse", data={"version": "1"}).status_code == 422
    assert as_(HEAD2).post(f"{place}/refuse", data={"version": "1", "reason": "Too early"}).status_code == 303
    assert "Too early" in as_(HEAD).get(place).text


def test_what_somebody_else_has_decided_meanwhile_is_told(as_, new):
    place = proposed(as_, new)
    as_(HEAD2).post(f"{place}/refuse", data={"version": "1", "reason": "Too early"})
    response = as_(HEAD2).post(f"{place}/approve", data={"version": "1"}, headers={"hx-request": "true"})
    assert response.status_code == 409
    assert 'data-problem="stale-version"' in response.text


def test_whoever_sends_a_form_by_htmx_is_led_on_as_well(as_, new):
    place = proposed(as_, new)
    asked = {"version": "1", "reason": "Minutes"}
    response = as_(HEAD2).post(f"{place}/approve", data=asked, headers={"hx-request": "true"})
    assert (response.status_code, response.headers["hx-redirect"]) == (204, place)


def test_a_day_that_is_published_cannot_get_another_policy(as_, new, store, old):
    adopt(store, old.hash, date(1900, 1, 1), adopted_by="ews")
    fields = {"holds_from": "2026-07-01", "note": "Late"}
    response = as_(HEAD).post(f"/policy/compare/{new.hash}/propose", data=fields, headers={"hx-request": "true"})
    assert response.status_code == 409
    assert "Batches up to 2026-07-31 are published" in response.text


def test_an_unknown_proposal_is_told_like_an_unknown_case(as_):
    assert as_(HEAD).get("/policy/proposals/P0000009").status_code == 404
