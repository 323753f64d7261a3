def test_an_inquiry_is_known_from_the_next_pull_on(made):
    wrong = made.value("""
        WITH following AS (
            SELECT i.inquiry_id, i.known_on, min(r.pulled_on) AS pulled_on FROM inquiries i LEFT JOIN bureau_reports r
            ON r.borrower_id = i.borrower_id AND r.pulled_on >= i.inquired_on GROUP BY ALL
        )
        SELECT count(*) FROM following WHERE pulled_on IS DISTINCT FROM known_on
    """)
    assert wrong == 0


def test_inquiries_after_the_last_pull_are_not_in_the_book(made):
    behind = made.value("""
        SELECT count(*) FROM inquiries i JOIN (
            SELECT borrower_id, max(pulled_on) AS last FROM bureau_reports GROUP BY ALL
        ) USING (borrower_id) WHERE inquired_on > last
    """)
    assert behind == 0


def test_reports_are_pulled_each_quarter_and_with_each_new_loan(made):
    gap = made.value("""
        SELECT max(gap) FROM (
            SELECT pulled_on - lag(pulled_on) OVER (PARTITION BY borrower_id ORDER BY pulled_on) AS gap
            FROM bureau_reports
        )
    """)
    assert 80 < gap < 125
    without = made.value("""
        SELECT count(*) FROM loans l ANTI JOIN bureau_reports r
        ON r.borrower_id = l.borrower_id AND r.pulled_on = l.opened_on
        WHERE product <> 'card' AND opened_on >= DATE '2023-07-01'
    """)
    assert without == 0


def test_the_pressed_ask_more_lenders_that_are_not_banks(made):
    bank_share = made.rows("""
        SELECT avg((institution_kind = 'bank')::INT) FILTER (expected_pd > 0.08),
               avg((institution_kind = 'bank')::INT) FILTER (expected_pd < 0.02)
        FROM inquiries i JOIN truth t ON t.borrower_id = i.borrower_id AND t.as_of = last_day(i.inquired_on)
    """)[0]
    assert bank_share[0] < bank_share[1] - 0.05
