from datetime import date

import pytest

from ews.features.account_flows.settlement import settlement
from tests.features.account_flows.cases import book_with, flows, month, part, posting


def declared(on, value, *, field="declared_sales_12m", **more):
    return {"found_on": on, "field": field, "value": value, **more}


FOUND = {
    "LATEST": ([declared(date(2025, 3, 1), "500"), declared(date(2026, 3, 1), "800")], 800),
    "SAME_DAY": ([declared(date(2026, 3, 1), "500"), declared(date(2026, 3, 1), "800")], 800),
    "CORRECTED_LATER": (
        [
            declared(date(2026, 3, 1), "500", finding_id="C"),
            declared(date(2026, 3, 1), "700", finding_id="C", known_on=date(2026, 7, 1)),
        ],
        500,
    ),
    "LEARNT_LATER": ([declared(date(2026, 3, 1), "500", known_on=date(2026, 7, 1))], None),
    "TWO_YEARS_OLD": ([declared(date(2024, 6, 30), "500")], None),
    "UNDER_TWO_YEARS": ([declared(date(2024, 7, 1), "500")], 500),
    "NO_NUMBER": ([declared(date(2025, 3, 1), "500"), declared(date(2026, 3, 1), "about 800")], 500),
    "NOTHING_SOLD": ([declared(date(2026, 3, 1), "0")], None),
    "NO_VALUE": ([declared(date(2026, 3, 1), None)], None),
    "ANOTHER_FIELD": ([declared(date(2026, 3, 1), "800", field="stock")], None),
}


def findings(cases):
    return [
        {"finding_id": f"{case}-{number}", "borrower_id": case, **row}
        for case, rows in cases.items()
        for number, row in enumerate(rows)
    ]


def test_the_latest_declaration_known_on_the_day_counts_for_two_years():
    found = findings({case: rows for case, (rows, _) in FOUND.items()})
    book = book_with({case: [] for case in FOUND}, findings=found)
    told = {case: row["declared_sales"] for case, row in part(book, settlement, "declared_sales").items()}
    assert told == {case: sales for case, (_, sales) in FOUND.items()}


def test_the_share_is_turnover_against_declared_sales():
    circle = [posting(month(1), 700, counterparty_id="K1"), posting(month(1), -700, counterparty_id="K1")]
    cases = {"B": [posting(month(11), 600, category="sales"), *circle], "SILENT": []}
    found = findings({case: [declared(date(2026, 3, 1), "800")] for case in cases})
    seen = flows(cases, findings=found)
    assert {case: row["settlement_share_12m"] for case, row in seen.items()} == {"B": pytest.approx(0.75), "SILENT": 0}
    assert flows({"B": cases["B"]})["B"]["settlement_share_12m"] is None
