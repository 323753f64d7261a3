"""The page of a borrower as people of each role get it, and what cannot be shown."""

import re
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from ews.domain.decisions import Before, Evidence, Held, Reason
from ews.domain.errors import UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.raised import Raised
from ews.serving.app import create_app
from ews.serving.pages.borrower.page import Part
from tests.casework.people import AUDITOR, HEAD, OFFICER, OTHER
from tests.serving.conftest import NOW, always
from tests.serving.moved import CHANGE
from tests.serving.pages.borrower.exhibits import exhibit
from tests.store.samples import JULY, decision, published, row

BEFORE = Before("june", date(2026, 6, 30), 0.1, "G5", Tier.PASS, WarningLevel.NONE, "m1")
SECTIONS = [one for one in Part if one is not Part.COMPARED]
NASTY = "<script>alert(1)</script>" + "长" * 160 + "\u202eמשה"


@pytest.fixture(scope="module")
def clients():
    """Keep the clients of this file by who asks: an app takes longer to make than all that is asked of it."""
    opened = {}
    yield opened
    for client in opened.values():
        client.close()


@pytest.fixture
def show(clients, services):
    """Give a function that gets a page as text, with its status checked; it looks at the services of its own test."""

    def get(path, actor=OFFICER, status=200, part=False, **changed):
        if actor.user_id not in clients:
            app = create_app(services, now=lambda: NOW, identify=always(actor))
            clients[actor.user_id] = TestClient(app, base_url="http://127.0.0.1:8000")
        client = clients[actor.user_id]
        client.app.state.services = replace(services, **changed)
        headers = {"accept-language": "en", **({"hx-request": "true"} if part else {})}
        answer = client.get(path, headers=headers, follow_redirects=False)
        assert answer.status_code == status, answer.text
        return answer.text

    return get


def knows(**changed):
    """Return a look-up that knows the decision of july, and that of june where it is asked for."""

    def find(borrower_id, *, batch_id=None, portfolio=None):
        if batch_id == "june":
            return decision(borrower_id, batch_id="june", held=(), reasons=(Reason("INFLOW_FELL", 0.2, ()),))
        return decision(borrower_id, **{"as_of": JULY, "before": BEFORE, "blind": (), **changed})

    return find


def finds(_batch_id, borrower_id):
    return exhibit(borrower_id)


def plain(text):
    """Return what somebody reads of a page below its frame."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[max(text.find("<main"), 0) :]))


def test_the_answer_comes_first(show):
    text = plain(show("/borrowers/B1", find_decision=knows()))
    place = [text.index(one) for one in ("orange", "Firm B1", "about 1 in 4", "was about 1 in 10", "G6", "312,000")]
    assert place == sorted(place)


def test_it_says_why_what_would_lift_it_and_what_to_do(show):
    held = (Held("signal", "INFLOW_HALVED", "orange", {}, lifts=((Lift("inflow_change_3m", ">", -0.5),),)),)
    text = plain(show("/borrowers/B1", find_decision=knows(held=held)))
    assert "en:INFLOW_FELL" in text
    assert "×4.5" in text
    assert "en:INFLOW_HALVED ends when en:inflow_change_3m&gt;-0.5" in text
    assert "What to do: en:act" in text


def test_months_strips_and_peers_are_drawn_from_the_exhibit(show):
    text = show("/borrowers/B1", find_decision=knows(), find_exhibit=finds)
    assert "money received per month CNY 100,000 in the last 3, CNY 300,000 in the 9 before" in text
    assert text.count("dpd-none") == 22
    assert "45 days past due" in text


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_stands_alone_for_the_page_and_in_the_page_for_a_link(show, section):
    path = f"/borrowers/B1/parts/{section}"
    part = show(path, part=True, find_decision=knows(), find_exhibit=finds)
    whole = show(path, find_decision=knows(), find_exhibit=finds)
    assert "<html" not in part
    assert "<html" in whole
    inner = part[part.index('<div class="card">') : part.rindex("</section>")].strip()
    assert inner in whole
    assert re.search(rf'id="tab-{section}" aria-current="true"', whole)


def test_the_comparison_is_read_when_the_page_stands(show):
    page = show("/borrowers/B1", find_decision=knows())
    assert 'hx-get="/borrowers/B1/parts/compared?portfolio=sme"' in page
    part = plain(show("/borrowers/B1/parts/compared", part=True, find_decision=knows()))
    assert "×3.7 Money coming in" in part
    assert "New signals orange en:INFLOW_HALVED" in part
    assert "Same model. Same policy." in part


def test_a_comparison_without_the_earlier_record_says_so(show):
    text = plain(show("/borrowers/B1/parts/compared", part=True))
    assert "no longer kept in full" in text


def test_an_earlier_decision_opens_its_derivation_alone_or_as_a_page(show):
    part = show("/borrowers/B1/decisions/july", part=True)
    assert "<html" not in part
    assert "Order, art. 10 (1)" in part
    inner = part[part.index("<h2") : part.rindex("</div>")].strip()
    assert inner in show("/borrowers/B1/decisions/july")


def test_a_derivation_of_an_unknown_batch_is_not_found(show):
    assert "No such batch" in show("/borrowers/B1/decisions/nothing", status=404)


def test_a_move_is_split_into_parts_that_add_up_and_the_two_batches_may_be_chosen(show):
    asked = []

    def find(borrower_id, batches):
        asked.append((borrower_id, batches))
        return CHANGE

    page = plain(show("/borrowers/B1/change", find_decision=knows(), find_change=find))
    assert asked == [("B1", ("june", "july"))]
    assert "data +13.60 percentage points definition of features 0 model +1.40" in page
    assert "calibration 0 Altogether +15.00" in page
    assert "Warning level: none → orange probability of default +1.50 ranks rules and facts +0.50 ranks" in page
    show("/borrowers/B1/change?from=may&to=june", find_decision=knows(), find_change=find)
    assert asked[1:] == [("B1", ("may", "june"))]


def test_what_could_not_be_parted_is_not_told_as_nothing(show):
    failed = replace(CHANGE, pd=None, after=replace(CHANGE.after, pd=None, in_default=True))
    page = plain(show("/borrowers/B1/change", find_decision=knows(), find_change=lambda *_: failed))
    assert "On one of the two days there is no probability" in page
    unparted = replace(CHANGE, definition_parted=False)
    page = plain(show("/borrowers/B1/change", find_decision=knows(), find_change=lambda *_: unparted))
    assert "definition of features not parted" in page


def test_a_borrower_with_one_decision_has_nothing_to_split(show):
    alone = knows(before=None)
    assert "no earlier decision to compare with" in show("/borrowers/B1/change?to=b0", find_decision=alone)


def test_an_unknown_borrower_and_one_of_another_branch_read_alike(show):
    unknown, other = show("/borrowers/nobody", status=404), show("/borrowers/B1", OTHER, status=404)

    def bare(text, borrower_id):
        return re.sub(r"Request \w+|\w*[-\w]*account.*?</details>", "", text, flags=re.S).replace(borrower_id, "X")

    assert "no batch has decided on it yet" in unknown
    theirs = show("/borrowers/nobody", OTHER, status=404)
    assert bare(theirs, "nobody") == bare(other, "B1")


def test_before_anything_is_decided_there_is_no_such_borrower(show, services, tmp_path):
    from ews.store.engine import open_store  # noqa: PLC0415 - an empty one beside that of the fixture

    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert "No such borrower" in show("/borrowers/B1", HEAD, status=404, store=empty)
    empty.close()


def test_who_left_the_book_is_shown_as_last_decided(show):
    text = plain(show("/borrowers/B5", find_decision=knows(as_of=date(2026, 6, 30))))
    assert "The newest batch has no decision on this borrower" in text
    assert "2026-06-30" in text


def test_of_two_portfolios_with_the_id_one_has_to_be_chosen(show, store):
    published(store, "cards", [row("B1", portfolio="cards")], portfolio="cards")
    text = show("/borrowers/B1", status=300)
    assert 'href="/borrowers/B1?portfolio=cards"' in text
    assert 'href="/borrowers/B1?portfolio=sme"' in text
    assert "<h1><a" not in show("/borrowers/B1?portfolio=sme")


def test_only_portfolios_in_sight_can_be_chosen(show, store):
    published(store, "cards", [row("B1", portfolio="cards", branch_id="branch-2")], portfolio="cards")
    assert "Firm B1" in show("/borrowers/B1")
    assert "cards" in show("/borrowers/B1", HEAD, status=300)


def test_an_unknown_portfolio_is_refused(show):
    assert "Nothing is published for portfolio" in show("/borrowers/B1?portfolio=none", status=422)


def test_blind_families_are_marked_with_what_is_missing(show):
    text = plain(show("/borrowers/B1", find_decision=knows(blind=("card_overdraft", "gone_family"))))
    assert "Blind: data is missing for Card" in text
    assert "Missing tables: Card statements" in text
    assert "gone_family" in text
    assert "unknown, not zero" in text


def test_a_batch_without_exhibits_says_so_in_each_section(show):
    for section in ("circle", "peers", "raw"):
        assert "A batch scored with this version has" in show(f"/borrowers/B1/parts/{section}", part=True)
    assert "without monthly figures" in show("/borrowers/B1")


@pytest.mark.parametrize("error", [UnknownBatchError("gone")])
def test_a_folder_that_is_not_in_the_home_is_like_no_exhibit(show, error):
    def fails(*_):
        raise error

    assert "without monthly figures" in show("/borrowers/B1", find_exhibit=fails)


def test_in_default_no_probability_is_shown_but_the_loans_that_are_late(show):
    changed = {"in_default": True, "pd": None, "log_odds": None, "base_log_odds": None, "reasons": (), "grade": "D"}
    text = plain(show("/borrowers/B1", find_decision=knows(**changed)))
    assert "In default" in text
    assert "Because of what is past due and what was found" in text
    assert "en:OVERDUE Order, art. 10 (1)" in text
    assert "None" not in text


def test_what_is_unknown_is_a_dash_and_never_none(show):
    changed = {"exposure_fen": None, "name": None, "industry": None, "region": None, "officer_id": None, "before": None}
    text = plain(show("/borrowers/B1", find_decision=knows(loans=(), **changed)))
    assert "no balance is known" in text
    assert "There is no earlier decision to compare with" in text
    assert "None" not in text


def test_a_name_of_200_characters_with_markup_and_right_to_left_text_stays_text(show):
    around = replace(exhibit(), circle=exhibit("B1").circle)
    first, second, third = around.circle.parties
    around = replace(around, circle=replace(around.circle, parties=(first, replace(second, name=NASTY), third)))
    given = {"find_decision": knows(name=NASTY), "find_exhibit": lambda *_: around}
    for path in ("/borrowers/B1", "/borrowers/B1/parts/circle"):
        text = show(path, **given)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert '<bdi class="name">&lt;script&gt;alert(1)' in text


def test_no_page_holds_a_style_or_a_handler(show):
    for section in SECTIONS:
        text = show(f"/borrowers/B1/parts/{section}", find_decision=knows(), find_exhibit=finds)
        assert re.search(r"<[^>]+\s(style|on\w+)=", text) is None
        assert re.findall(r"<script(?! type=\"application/json\"| src=)", text) == []


def test_parties_of_other_branches_are_called_alike_on_the_whole_page(show):
    paths = (Path(Channel.GUARANTEES, (Hop("X9", "Firm X9", "branch-2", 47, True, "loss", "D"),), 180_000_000),)
    given = {"find_decision": knows(paths=paths), "find_exhibit": finds}
    text = show("/borrowers/B1/parts/circle", part=True, **given)
    assert "X9" not in text
    assert "en:B1&gt;party-1" in text
    assert '"id":"party-1"' in text
    assert "Firm B2" in text
    assert "Firm X9" in show("/borrowers/B1/parts/circle", HEAD, part=True, **given)


def test_the_log_names_the_borrower_who_was_looked_at(client_as, looked):
    client_as(OFFICER).get("/borrowers/B1/parts/cases")
    assert looked.entries[-1].borrowers == ("B1",)
    assert looked.entries[-1].user_id == "officer"


def test_acts_are_offered_to_those_who_may_do_them(show):
    assert "/borrowers/B1/checks/new" in show("/borrowers/B1")
    text = show("/borrowers/B1", AUDITOR)
    assert "/checks/new" not in text
    assert "/act?" not in text
    assert "/borrowers/B1/report?portfolio=sme" in text
    assert "/borrowers/B1/dossier?portfolio=sme" in text


def test_an_id_with_a_slash_has_a_page_and_sections(show):
    text = show("/borrowers/A%2F1")
    assert "/borrowers/A%2F1/parts/circle?portfolio=sme" in text
    assert "Firm A/1" in show("/borrowers/A/1")
    assert "As of" in show("/borrowers/A%2F1/parts/history", part=True)


def test_a_new_warning_that_waits_is_told_with_its_place(show):
    waits = Raised(("X",), "officer-1", date(2026, 8, 10), 11, is_waiting=True)
    text = plain(show("/borrowers/B1", find_decision=knows(raised=waits)))
    assert "A new warning waits in the officer's queue at place 11, to be handed out on 2026-08-10." in text


def test_the_raw_data_hold_value_unit_window_and_source(show):
    text = plain(show("/borrowers/B1/parts/raw", part=True, find_decision=knows(), find_exhibit=finds))
    assert "Change of money received −0.60 multiple 3 months Accounts, Postings on accounts inflow_change_3m" in text


def test_evidence_can_be_traced_to_its_source(show):
    reasons = (Reason("INFLOW_FELL", 1.9, (Evidence("inflow_change_3m", -0.6, 0.93),)),)
    text = show("/borrowers/B1", find_decision=knows(reasons=reasons))
    assert 'data-source="Accounts, Postings on accounts · 3 months · 2026-07-31"' in text


def test_the_page_speaks_chinese(client_as):
    text = client_as(OFFICER).get("/borrowers/B1", headers={"accept-language": "zh-CN"}).text
    for words in ("橙色预警", "与上次相比", "预警信号与解除条件", "担保圈", "历次结论"):
        assert words in text


def test_a_parameter_that_is_not_known_is_refused(show):
    assert "this page does not know" in show("/borrowers/B1?x=1", status=400)


def test_a_section_that_is_none_is_refused(show):
    show("/borrowers/B1/parts/nothing", status=422)


def test_a_missing_feed_is_no_improvement(show, store):
    published(store, "seen", [row("B1", as_of=date(2026, 5, 31))], as_of=date(2026, 5, 31))
    was = replace(BEFORE, batch_id="seen", pd=0.5, grade="G8")
    page = show("/borrowers/B1", find_decision=knows(before=was, blind=("credit_inquiries",)))
    assert "change-good" not in page
    text = plain(page)
    assert text.count("not comparable (Credit inquiries missing)") == 3
    assert "they tell about the data, not about the borrower" in text
    same = show("/borrowers/B1", find_decision=knows(before=was, blind=()))
    assert "not comparable" not in same
    assert "change-good" in same


def test_what_the_missing_data_do_is_the_first_row_of_what_changed(show, store):
    published(store, "june-seen", [row("B1", as_of=date(2026, 5, 31))], as_of=date(2026, 5, 31))

    def find(borrower_id, *, batch_id=None, portfolio=None):
        inquiries = Reason("CREDIT_SOUGHT", 0.7, (Evidence("inquiries_3m", 6.0, 0.9),))
        if batch_id == "june-seen":
            return decision(borrower_id, batch_id=batch_id, reasons=(inquiries,))
        blind = ("credit_inquiries",)
        unseen = (Reason("CREDIT_SOUGHT", 0.0, ()),)
        return decision(
            borrower_id, as_of=JULY, before=replace(BEFORE, batch_id="june-seen"), blind=blind, reasons=unseen
        )

    text = plain(show("/borrowers/B1/parts/compared", part=True, find_decision=find))
    rows = text[text.index("What moved the odds") :]
    assert rows.index("×0.50 Missing data: Credit inquiries") < rows.index("all reasons together")


def test_old_data_are_marked_as_old(show):
    text = plain(show("/borrowers/B1", find_decision=knows(as_of=date(2026, 6, 16))))
    assert "The data are of 2026-06-16, 46 days ago." in text
    assert "days ago" not in show("/borrowers/B1", find_decision=knows(as_of=date(2026, 6, 17)))


def test_what_presses_stands_in_the_answer(show):
    loan = replace(
        decision().loans[0], dpd=56, next_due_on=date(2026, 6, 5), next_due_fen=281_400, matures_on=date(2026, 8, 5),
        coming_on=date(2026, 8, 5), coming_fen=31_481_400,
    )  # fmt: skip
    months = (*exhibit().months[:-1], replace(exhibit().months[-1], unpaid_fen=281_400))
    given = {"find_decision": knows(loans=(loan,)), "find_exhibit": lambda *_: exhibit(months=months)}
    text = plain(show("/borrowers/B1", **given))
    assert "Unpaid CNY 2,814 fell due in 1 month, oldest of 2026-06-05" in text
    assert "Principal falls due 2026-08-05 CNY 312,000" in text
    assert "Next due 2026-08-05 CNY 314,814" in text
    loans = plain(show("/borrowers/B1/parts/loans", part=True, **given))
    assert "oldest unpaid 2026-06-05: CNY 2,814 next due 2026-08-05: CNY 314,814" in loans


def test_nothing_is_proposed_for_a_borrower_in_default(show):
    loan = replace(
        decision().loans[0], floor=Tier.LOSS, proposal=Tier.PASS, carried=("CLAIMS_ALL",), carried_since=JULY
    )
    given = knows(in_default=True, pd=None, log_odds=None, base_log_odds=None, reasons=(), loans=(loan,))
    text = plain(show("/borrowers/B1/parts/loans", part=True, find_decision=given))
    assert "The model proposes" not in text
    assert "Held on unseen since 2026-07-31: en:CLAIMS_ALL" in text


def test_a_reason_from_an_old_report_says_of_when_it_is(show):
    reasons = (Reason("CREDIT_SOUGHT", 0.9, (Evidence("inquiries_12m", 1.0, 0.8),)),)
    around = exhibit(features={"days_since_bureau_report": 356.0})
    text = plain(show("/borrowers/B1", find_decision=knows(reasons=reasons), find_exhibit=lambda *_: around))
    assert "by the credit report of 2025-08" in text
    fresh = exhibit(features={"days_since_bureau_report": 20.0})
    assert "by the credit report" not in show(
        "/borrowers/B1", find_decision=knows(reasons=reasons), find_exhibit=lambda *_: fresh
    )


def test_the_borrower_in_trouble_is_told_apart_from_the_others_of_the_circle(show):
    around = exhibit()
    me, *others = around.circle.parties
    bad = replace(around, circle=replace(around.circle, parties=(replace(me, dpd=56, in_trouble=True), *others)))
    text = plain(show("/borrowers/B1/parts/circle", part=True, find_decision=knows(), find_exhibit=lambda *_: bad))
    assert "1 other party in trouble · the borrower itself: 56 days past due" in text
