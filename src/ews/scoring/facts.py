"""Facts of a day: what policy asks besides features, about each loan and its borrower.

Grain   loan_facts: (borrower_id, loan_id); borrowers_known: borrower_id
Reads   loans, ledger or instalments and payments, borrowers
Nulls   a balance, dpd or age that no feed tells stays null
"""

import ibis.expr.types as ir

from ews.events.arrears import loan_states
from ews.events.book import Book, was_known
from ews.features.steps import step
from ews.features.window import Spine
from ews.scoring.finding_facts import with_findings
from ews.scoring.payment_record import clean_stretches, whole_months, with_record
from ews.scoring.renewal import with_renewal
from ews.scoring.restructuring import with_history
from ews.scoring.ruled import Ruled

IDENTITY = ("name", "kind", "industry", "region", "branch_id", "officer_id")


def borrowers_known(book: Book, days: ir.Table) -> ir.Table:
    """Return who each borrower of `days` was known to be, null where its row is not known yet.

    Adds `retail` and `months_as_customer` to IDENTITY.
    """
    keys = ["borrower_id", "as_of", "known_by"]
    known = days.inner_join(book.table("borrowers"), "borrower_id")
    known = known.filter(was_known(known, known.known_by)).select(*keys, *IDENTITY, "retail", "customer_since")
    joined = days.select(*keys).left_join(known, keys)
    return joined.select(
        *keys,
        *IDENTITY,
        "retail",
        months_as_customer=whole_months(joined.customer_since, joined.as_of),
    )


OF_THE_BOOK = (
    "dpd",
    "balance",
    "principal",
    "product",
    "repayment",
    "security",
    "retail",
    "is_card",
    "days_to_maturity",
    "listed_default",
    "months_on_book",
    "restructured",
)
"""Loan facts that need neither findings nor the payment record nor the state of the batch before."""


def loan_facts(book: Book, days: ir.Table, default: ir.Table) -> ir.Table:
    """Return every loan paid out by as_of with OF_THE_BOOK and `live`; `default` says whose borrower is listed.

    The dates restructured_on, opened_on and matures_on and replaces_loan_id go along for the facts made from them.
    """
    states = loan_states(book, days)
    keys = ["borrower_id", "as_of"]
    states = states.inner_join(borrowers_known(book, days).select(*keys, "retail"), keys)
    states = states.left_join(default.select(*keys, "listed_default"), keys).drop("borrower_id_right", "as_of_right")
    states = states.mutate(
        is_card=(states["product"] == "card").fill_null(False),
        days_to_maturity=states.matures_on.delta(states.as_of, unit="day"),
        restructured=(states.restructured_on <= states.as_of).fill_null(False),
        listed_default=states.listed_default.fill_null(False),
        months_on_book=whole_months(states.opened_on, states.as_of),
    )
    dates = ("opened_on", "matures_on", "restructured_on")
    return states.select(
        "borrower_id", "loan_id", "as_of", "known_by", "live", *OF_THE_BOOK, *dates, "replaces_loan_id"
    )


def own_loan_facts(book: Book, spine: Spine, ruled: Ruled) -> ir.Table:
    """Describe live loans with OWN_LOAN_FACTS (but by_days_alone, which the policy works out).

    Given are `default`, whose borrower is listed, and `left`, the loan states of the predecessor (states.LOANS).
    """
    before = book.given("left")
    stretches = step(clean_stretches(book, spine))
    found = step(loan_facts(book, spine.table, book.given("default")))
    live = step(with_findings(book, found.filter(found.live)))
    renewed = step(with_renewal(book, spine, live, before, ruled.policy, ruled.on))
    return with_record(
        with_history(book, renewed, stretches, before, ruled.policy, ruled.on, ruled.known_by), stretches
    )
