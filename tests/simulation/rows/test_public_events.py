from datetime import date
from typing import Any

import pytest

from ews.simulation.latent.episodes import Kind
from tests.simulation.rows.courses import Episode, Plan, Village, Written, borrower_id


def events(place: Village, *kinds: Kind, months: tuple[int, ...] = (12,)) -> list[tuple[Any, ...]]:
    firms = place.people.number[place.people.firm & place.people.stock][:60]
    plan = Plan(tuple(Episode(int(number), month, kind) for number in firms for kind in kinds for month in months))
    ids = ", ".join(f"'{borrower_id(int(number))}'" for number in firms)
    return Written(place, plan).rows(f"""
        SELECT kind, occurred_on, known_on, amount, borrower_id FROM public_events
        WHERE NOT withdrawn AND borrower_id IN ({ids}) AND kind <> 'penalty' ORDER BY ALL
    """)


@pytest.mark.parametrize(
    ("episode", "kind"),
    [(Kind.LAWSUIT, "lawsuit"), (Kind.SOUND_SUIT, "lawsuit"), (Kind.ENFORCEMENT, "enforcement")],
)
def test_each_is_published_in_its_month_and_known_up_to_six_weeks_later(place, episode, kind):
    told = [row for row in events(place, episode) if row[0] == kind]
    assert len(told) == 60
    assert all(date(2024, 7, 1) <= on <= date(2024, 7, 28) for _, on, *_ in told)
    assert all(1 <= (known - on).days <= 46 for _, on, known, *_ in told)
    assert all(amount > 0 for *_, amount, _ in told)


def test_sound_suits_are_over_little(place):
    median = lambda rows: sorted(row[3] for row in rows)[len(rows) // 2]  # noqa: E731
    assert median(events(place, Kind.SOUND_SUIT)) < 0.2 * median(events(place, Kind.LAWSUIT))


def test_some_enforcements_end_on_the_list_of_dishonest_debtors_months_later(place):
    told = events(place, Kind.ENFORCEMENT, months=(12, 14))
    listed = [row for row in told if row[0] == "dishonest_debtor"]
    assert 0.25 * 60 < len(listed) < 0.55 * 60
    assert len({row[4] for row in listed}) == len(listed)
    assert all(date(2024, 9, 1) <= on < date(2025, 3, 1) and amount is None for _, on, _, amount, _ in listed)


def test_some_frauds_end_with_the_closure_of_the_business(place):
    kinds = [row[0] for row in events(place, Kind.FRAUD)]
    assert set(kinds) == {"closure"}
    assert 10 < len(kinds) < 32


def test_sound_firms_have_small_fines_and_nothing_else(calm):
    told = calm.rows("SELECT kind, count(*) FROM public_events WHERE newest GROUP BY ALL")
    assert [kind for kind, _ in told] in ([], ["penalty"])


def test_events_of_somebody_of_the_same_name_are_taken_back(wild):
    back = wild.rows("""
        SELECT t.known_on - e.known_on FROM public_events t JOIN public_events e USING (event_id)
        WHERE t.withdrawn AND NOT e.withdrawn
    """)
    assert len(back) >= 1
    assert all(10 <= days < 70 for (days,) in back)


def test_two_of_one_kind_in_a_month_are_one(place):
    firm = int(place.people.number[place.people.firm][0])
    twice = Written(place, Plan((Episode(firm, 12, Kind.LAWSUIT), Episode(firm, 12, Kind.LAWSUIT))), of=firm)
    assert twice.value("SELECT count(*) FROM public_events WHERE kind = 'lawsuit' AND NOT withdrawn") == 1
