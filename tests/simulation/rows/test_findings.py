import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BUSINESS
from ews.simulation.rows.block import Channel
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id


@pytest.fixture(scope="module")
def firms(place):
    fits = place.people.firm & place.people.stock & place.people.borrows
    return [int(number) for number in place.people.number[fits]]


def checked(place, firms, kind: Kind, channels: dict[Channel, float], *others: Kind) -> dict[tuple[str, str], int]:
    episodes = [Episode(firm, 20, each) for firm in firms for each in (kind, *others)]
    levels = {(firm, name): level for firm in firms for name, level in channels.items()}
    found = Written(place, Plan(tuple(episodes), channels=levels)).rows("""
        SELECT field, value, count(*) FROM findings WHERE found_on BETWEEN '2025-03-01' AND '2025-03-28'
        AND loan_id IS NULL AND field <> 'declared_sales_12m' GROUP BY ALL
    """)
    return {(field, value): count for field, value, count in found}


def share(found: dict[tuple[str, str], int], field: str, *values: str) -> float:
    told = {value: count for (name, value), count in found.items() if name == field}
    return sum(told.get(value, 0) for value in values) / sum(told.values())


def test_a_check_of_a_sound_firm_finds_it_sound_mostly(place, firms):
    found = checked(place, firms, Kind.CHECK, {})
    assert {field for field, _ in found} == {
        "stoppage",
        "wages_unpaid",
        "order_book",
        "operating_rate",
        "use_of_funds",
        "contact_reached",
    }
    assert share(found, "stoppage", "no") > 0.95
    assert share(found, "wages_unpaid", "0") > 0.95
    assert share(found, "order_book", "full") > 0.9


@pytest.mark.parametrize(
    ("channel", "field", "values"),
    [("trade", "stoppage", ("partly", "yes")), ("trade", "order_book", ("usual", "thin")),
     ("squeeze", "wages_unpaid", ("1", "2")), ("diversion", "use_of_funds", ("unclear", "diverted")),
     ("reluctance", "contact_reached", ("later", "not_reached"))],
)  # fmt: skip
def test_a_check_finds_what_is_bad(place, firms, channel, field, values):
    assert share(checked(place, firms, Kind.CHECK, {channel: 2.5}), field, *values) > 0.6


def test_an_accident_is_found_as_a_stoppage(place, firms):
    assert share(checked(place, firms, Kind.CHECK, {}, Kind.ACCIDENT), "stoppage", "yes", "partly") > 0.9


def test_a_false_finding_suspects_a_sound_firm_of_something(place, firms):
    found = checked(place, firms, Kind.FALSE_FINDING, {})
    bad = sum(share(found, field, *words) for field, words in (
        ("stoppage", ("partly", "yes")), ("wages_unpaid", ("1", "2")), ("order_book", ("usual", "thin")),
        ("use_of_funds", ("unclear", "diverted")),
    ))  # fmt: skip
    assert 1.0 < bad < 2.2  # of four fields


def test_findings_are_entered_within_days(wild):
    slow, share_prompt = wild.rows("""
        SELECT max(known_on - found_on), avg((known_on - found_on <= 2)::INT) FROM findings f
        WHERE NOT EXISTS (SELECT 1 FROM findings o WHERE o.finding_id = f.finding_id AND o.known_on < f.known_on)
    """)[0]
    assert slow <= 8
    assert share_prompt > 0.75


def test_declared_sales_are_the_true_ones_of_the_year_before_and_padded_by_some(place, calm, firms):
    told = calm.rows("""
        SELECT borrower_id, max(value::BIGINT) FROM findings
        WHERE field = 'declared_sales_12m' AND found_on > '2024-08-01' AND newest GROUP BY ALL
    """)
    ratios = sorted(
        value / (12 * place.people.turnover[int(borrower[1:]) - 1])
        for borrower, value in told
        if int(borrower[1:]) - 1 in firms
    )
    assert len(ratios) > 40
    assert 0.8 < ratios[len(ratios) // 4] < 1.15
    assert 1.15 < ratios[int(len(ratios) * 0.9)] < 2.0


def test_a_migrated_settlement_is_no_less_in_the_declared_sales(place, calm, firms):
    declared = "SELECT sum(value::BIGINT) FROM findings WHERE field = 'declared_sales_12m' AND newest"
    moved = Written(place, Plan(tuple(Episode(firm, 0, Kind.MIGRATION, size=0.9) for firm in firms)))
    assert moved.value(declared) == calm.value(declared)


def test_shrinking_trade_shows_in_declared_sales_and_inflation_pads_them(place, calm, at_two, firms):
    declared = "SELECT sum(value::BIGINT) FROM findings WHERE field = 'declared_sales_12m' AND newest"
    assert at_two("trade").value(declared) < 0.6 * calm.value(declared)
    plan = Plan(tuple(Episode(firm, 0, Kind.INFLATION, months=36, size=0.5) for firm in firms))
    assert Written(place, plan).value(declared) > 1.2 * calm.value(declared)


def test_half_of_the_misuse_is_found_out_weeks_after_the_payout(place):
    people = place.people
    who = people.number[people.borrows & people.stock & (people.product == BUSINESS) & (people.anchor < 30)]
    plan = Plan(tuple(Episode(int(n), int(people.anchor[n]), Kind.MISUSE, size=0.7) for n in who))
    ids = ", ".join(f"'L{n + 1:07d}02'" for n in who)
    found = Written(place, plan).rows(f"""
        SELECT value, found_on - l.opened_on FROM findings f JOIN (SELECT DISTINCT loan_id, opened_on FROM loans) l
        USING (loan_id) WHERE field = 'use_of_funds' AND loan_id IN ({ids})
    """)
    diverted = sum(value == "diverted" for value, _ in found) / len(found)
    assert 0.35 < diverted < 0.65
    assert {days for _, days in found} <= set(range(15, 31))


def test_the_author_is_the_officer(calm):
    unlike = calm.value("""
        SELECT count(*) FROM findings f JOIN borrowers b USING (borrower_id)
        WHERE b.known_on = b.customer_since AND f.author <> b.officer_id
    """)
    assert unlike == 0
    assert borrower_id(0) == "B0000001"
