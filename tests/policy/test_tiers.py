from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.domain.levels import Tier
from ews.policy.judge import grade_borrowers
from ews.policy.tiers import borrower_tiers, judge_own, settle, summarise_loans
from ews.scoring.overrides import OVERRIDES
from ews.scoring.states import LOANS
from tests.policy.policies import POLICY, changed, load
from tests.policy.rows import DAY, borrowers_of, floors, loan, loans_of, rows_of, table_of, tiers

BOUNDARIES = [
    (0, "pass", "pass"),
    (1, "special_mention", "special_mention"),
    (30, "special_mention", "special_mention"),
    (31, "special_mention", "special_mention"),
    (90, "special_mention", "special_mention"),
    (91, "substandard", "substandard"),
    (120, "substandard", "substandard"),
    (121, "substandard", "doubtful"),
    (180, "substandard", "doubtful"),
    (181, "substandard", "loss"),
    (270, "substandard", "loss"),
    (271, "doubtful", "loss"),
    (360, "doubtful", "loss"),
    (361, "loss", "loss"),
]


@pytest.mark.parametrize("on", [DAY, date(2023, 7, 1), date(2005, 9, 30)])
def test_days_past_due_set_the_floor_at_every_boundary(on: date):
    general = floors(loans_of(*({"dpd": dpd} for dpd, _, _ in BOUNDARIES)), POLICY, on)
    cards = floors(loans_of(*({"dpd": dpd, "is_card": True} for dpd, _, _ in BOUNDARIES)), POLICY, on)
    assert [row["floor_rank"] for row in rows_of(general)] == tiers(tier for _, tier, _ in BOUNDARIES)
    assert [row["floor_rank"] for row in rows_of(cards)] == tiers(tier for _, _, tier in BOUNDARIES)


@pytest.mark.parametrize(
    ("facts", "held", "tier"),
    [
        ({"dpd": 0}, [], "pass"),
        ({"dpd": 1}, ["OVERDUE"], "special_mention"),
        ({"dpd": 91}, ["OVERDUE", "OVERDUE_90"], "substandard"),
        ({"dpd": 400}, ["OVERDUE", "OVERDUE_90", "OVERDUE_270", "OVERDUE_360"], "loss"),
        (
            {"dpd": 121, "is_card": True},
            ["OVERDUE", "OVERDUE_90", "CARD_OVERDUE_90", "CARD_OVERDUE_120"],
            "doubtful",
        ),
        ({"dpd": 0, "restructured": True}, ["RESTRUCTURED"], "special_mention"),
        ({"dpd": 0, "listed_default": True}, ["LISTED_DEFAULT"], "substandard"),
        ({"dpd": 91, "restructured": True}, ["OVERDUE", "OVERDUE_90", "RESTRUCTURED"], "substandard"),
    ],
)
def test_the_worst_wins_and_all_that_held_are_kept(facts: dict[str, Any], held: list[str], tier: str):
    row = loan(**facts)
    assert (row["held"], row["floor_rank"], row["undecided"]) == (held, Tier(tier).rank, [])


@pytest.mark.parametrize(
    ("dpd", "tier"), [(0, 0), (1, 0), (7, 0), (8, 1), (30, 1), (90, 1), (91, 2), (271, 3), (361, 4)]
)
def test_a_recorded_cause_excuses_up_to_seven_days_and_no_more(dpd: int, tier: int):
    assert loan(dpd=dpd, overdue_excused=True)["floor_rank"] == tier
    assert loan(dpd=dpd, overdue_excused=True, is_card=True)["floor_rank"] >= tier


SERVED = {"dpd": 0, "months_clean": 6, "periods_clean": 2}
OBSERVED = {"dpd": 0, "observation_months": 12, "observation_periods": 2}
ROWS = [
    ("FUNDS_MISUSED", "special_mention", {"use_of_funds": "diverted"}, {"use_of_funds": "as_agreed"}),
    ("NEW_FOR_OLD", "special_mention", {"repays_old": True}, {"repays_old": True, "qualifying_renewal": True}),
    ("RESTRUCTURED", "special_mention", {**OBSERVED, "restructured": True, "observation_months": 11}, None),
    ("RESTRUCTURED", "special_mention", {**OBSERVED, "restructured": True, "observation_periods": 1}, None),
    ("RESTRUCTURED", "special_mention", {"restructured": True, "dpd": 0}, {**OBSERVED, "restructured": True}),
    ("RESTRUCTURED_AGAIN", "substandard", {"restructured_again": True}, {**OBSERVED, "restructured_again": True}),
    (
        "RESTRUCTURED_NON_PERFORMING",
        "substandard",
        {**SERVED, "restructured": True, "was_non_performing": True},
        {**SERVED, **OBSERVED, "restructured": True, "was_non_performing": True},
    ),
    ("LISTED_DEFAULT", "substandard", {"listed_default": True}, None),
    ("IMPAIRED", "substandard", {"impaired": True}, {"impairment_share": 0.95}),
    (
        "IMPAIRED_HALF",
        "doubtful",
        {"impaired": True, "impairment_share": 0.5},
        {"impaired": True, "impairment_share": 0.49},
    ),
    (
        "IMPAIRED_MOST",
        "loss",
        {"impaired": True, "impairment_share": 0.9},
        {"impaired": True, "impairment_share": 0.89},
    ),
    ("DOWNGRADED", "substandard", {"external_rating": "downgraded_sharply"}, {"external_rating": "stable"}),
    ("DEBT_EVADED", "doubtful", {"debt_evasion": True}, None),
    ("LIQUIDATED", "loss", {"bankruptcy": "liquidation"}, {"bankruptcy": "reorganisation"}),
    ("NOT_YET_CURED", "substandard", {**SERVED, "was_non_performing": True, "months_clean": 5}, None),
    ("NOT_YET_CURED", "substandard", {**SERVED, "was_non_performing": True, "periods_clean": 1}, None),
    ("NOT_YET_CURED", "substandard", {**SERVED, "was_non_performing": True, "repayment_ability": "unable"}, None),
    ("NOT_YET_CURED", "substandard", {"was_non_performing": True}, {**SERVED, "was_non_performing": True}),
    ("NOT_YET_CURED", "substandard", {"was_non_performing": True}, {"was_non_performing": True, "retail": True}),
    (
        "CURE_OTHER_CLAIMS",
        "substandard",
        {**SERVED, "was_non_performing": True, "other_claim_non_performing": True},
        {**SERVED, "was_non_performing": True},
    ),
    ("CLAIMS_HERE_10", "substandard", {"non_performing_share_here": 0.1001}, {"non_performing_share_here": 0.1}),
    (
        "CLAIMS_HERE_10",
        "substandard",
        {"non_performing_share_here": 1},
        {"non_performing_share_here": 1, "enhanced": True},
    ),
    (
        "CLAIMS_HERE_10",
        "substandard",
        {"non_performing_share_here": 1},
        {"non_performing_share_here": 1, "retail": True},
    ),
    ("CLAIMS_ALL_BANKS_20", "substandard", {"overdue_90_share_all_banks": 0.2001}, {"overdue_90_share_all_banks": 0.2}),
    ("DEBTOR_NON_PERFORMING", "special_mention", {"other_claim_non_performing": True}, None),
    ("DEBTOR_NON_PERFORMING", "special_mention", {"external_dpd": 91}, {"external_dpd": 90}),
]


@pytest.fixture(scope="module")
def both_sides() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    facts = [one for _, _, held, spared in ROWS for one in (held, spared or {"dpd": 0})]
    found = {row["loan_id"]: row for row in rows_of(floors(loans_of(*facts)))}
    ordered = [found[f"L{number}"] for number in range(len(facts))]
    return list(zip(ordered[::2], ordered[1::2], strict=True))


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[code for code, *_ in ROWS])
def test_each_rule_holds_on_its_side_of_the_threshold_only(
    number: int, both_sides: list[tuple[dict[str, Any], dict[str, Any]]]
):
    (code, floor, _, _), (held, spared) = ROWS[number], both_sides[number]
    assert code in held["held"]
    assert held["floor_rank"] >= Tier(floor).rank
    assert code not in spared["held"]


def test_every_rule_of_law_and_practice_is_tried():
    tried = {code for code, *_ in ROWS} | {"OVERDUE", "OVERDUE_90", "OVERDUE_270", "OVERDUE_360"}
    cards = {"CARD_OVERDUE_90", "CARD_OVERDUE_120", "CARD_OVERDUE_180"}
    assert {rule.code for rule in POLICY.tier_rules.loan} == tried | cards


def test_a_bad_class_is_kept_where_the_record_is_not_known():
    row = loan(dpd=None, was_non_performing=True)
    assert (row["own_tier_rank"], row["own_held"]) == (2, ["NOT_YET_CURED"])


def test_what_is_unknown_fires_nothing_and_is_told():
    row = loan(dpd=None, is_card=None)
    assert (row["floor_rank"], row["held"]) == (0, [])
    assert row["undecided"] == [
        "OVERDUE",
        "OVERDUE_90",
        "OVERDUE_270",
        "OVERDUE_360",
        "CARD_OVERDUE_90",
        "CARD_OVERDUE_120",
        "CARD_OVERDUE_180",
    ]


def test_an_unknown_that_does_not_matter_leaves_nothing_undecided():
    assert loan(dpd=5, is_card=None)["undecided"] == []


@settings(max_examples=6, deadline=None)
@given(
    facts=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 100), st.booleans(), st.booleans()), min_size=1, max_size=30
    )
)
def test_a_worse_dpd_never_gives_a_better_tier(facts: list[tuple[int, int, bool, bool]]):
    def tiers_at(later: int) -> list[int]:
        rows = (
            {"dpd": dpd + later * more, "is_card": is_card, "restructured": restructured}
            for dpd, more, is_card, restructured in facts
        )
        return [row["floor_rank"] for row in rows_of(floors(loans_of(*rows), POLICY, DAY))]

    assert all(now <= then for now, then in zip(tiers_at(0), tiers_at(1), strict=True))


WORSE: list[dict[str, list[Any]]] = [
    {"dpd": [0, 1, 7, 8, 91, 271, 361]},
    {"months_clean": [6, 5, 0, None]},
    {"periods_clean": [2, 1, 0, None]},
    {"observation_months": [12, 11, None]},
    {"observation_periods": [2, 1, None]},
    {"repayment_ability": ["able", "none", "unable"]},
    {"use_of_funds": ["as_agreed", "diverted"]},
    {"external_rating": ["stable", "downgraded_sharply"]},
    {"bankruptcy": ["none", "liquidation"]},
    {"impairment_share": [0.0, 0.5, 0.9]},
    {"non_performing_share_here": [0.0, 0.1, 0.2, 1.0]},
    {"overdue_90_share_all_banks": [0.0, 0.2, 0.3]},
    {"external_dpd": [0, 90, 91]},
    *(
        {flag: [False, True]}
        for flag in (
            "impaired",
            "debt_evasion",
            "repays_old",
            "restructured",
            "restructured_again",
            "was_non_performing",
            "other_claim_non_performing",
            "listed_default",
        )
    ),
    *({flag: [True, False]} for flag in ("overdue_excused", "enhanced", "qualifying_renewal")),
]
SCALES = {name: values for scale in WORSE for name, values in scale.items()}
FACTS = st.fixed_dictionaries(
    {
        **{name: st.integers(0, len(values) - 1) for name, values in SCALES.items()},
        "retail": st.booleans(),
        "is_card": st.booleans(),
    }
)


def row_of(places: dict[str, Any]) -> dict[str, Any]:
    return {name: SCALES[name][place] if name in SCALES else place for name, place in places.items()}


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(FACTS, min_size=1, max_size=20), fact=st.sampled_from(sorted(SCALES)))
def test_a_worse_fact_never_gives_a_better_tier(rows: list[dict[str, Any]], fact: str):
    worst = [{**row, fact: len(SCALES[fact]) - 1} for row in rows]
    before, after = (
        [row["floor_rank"] for row in rows_of(floors(loans_of(*map(row_of, each))))] for each in (rows, worst)
    )
    assert all(now <= then for now, then in zip(before, after, strict=True))


def settled_of(
    loans: list[dict[str, Any]],
    *,
    overrides: list[dict[str, Any]] | None = None,
    before: list[dict[str, Any]] | None = None,
    pd: float = 0.001,
) -> dict[str, dict[str, Any]]:
    given_ = [
        {"override_id": f"O{number}", "borrower_id": "B1", "approved_on": DAY, "expires_on": DAY, **row}
        for number, row in enumerate(overrides or [])
    ]
    borrowers = grade_borrowers(borrowers_of({"pd": pd}), POLICY, DAY)
    settled = settle(
        floors(loans_of(*loans)), borrowers, table_of(given_, OVERRIDES), table_of(before or [], LOANS), POLICY, DAY
    )
    return {row["loan_id"]: row for row in rows_of(settled)}


YESTERDAY, TOMORROW = date(2026, 6, 29), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("override", "found"),
    [
        ({"tier_rank": 1}, (1, "O0")),
        ({"tier_rank": 3, "loan_id": "L0"}, (3, "O0")),
        ({"tier_rank": 3, "loan_id": "L9"}, (0, None)),
        ({"tier_rank": 3, "expires_on": YESTERDAY}, (0, None)),
        ({"tier_rank": 3, "approved_on": TOMORROW}, (0, None)),
        ({"tier_rank": 3, "approved_on": None}, (0, None)),
        ({"tier_rank": 3, "borrower_id": "B2"}, (0, None)),
    ],
)
def test_an_override_counts_while_it_is_approved_and_not_expired(
    override: dict[str, Any], found: tuple[int, str | None]
):
    row = settled_of([{"dpd": 0}], overrides=[override])["L0"]
    assert (row["tier_rank"], row["override_id"]) == found


def test_the_newest_override_replaces_what_the_model_proposes_but_no_floor():
    overrides = [{"tier_rank": 3, "approved_on": YESTERDAY}, {"tier_rank": 0}]
    found = settled_of([{"dpd": 0}, {"dpd": 95}], overrides=overrides, pd=0.5)
    assert {loan_id: (row["proposal_rank"], row["tier_rank"]) for loan_id, row in found.items()} == {
        "L0": (1, 0),
        "L1": (1, 2),
    }


@settings(max_examples=8, deadline=None)
@given(
    rows=st.lists(FACTS, min_size=1, max_size=10), tiers_=st.lists(st.integers(0, 4), max_size=3), pd=st.floats(0, 1)
)
def test_the_floor_is_never_beaten(rows: list[dict[str, Any]], tiers_: list[int], pd: float):
    found = settled_of([row_of(row) for row in rows], overrides=[{"tier_rank": tier} for tier in tiers_], pd=pd)
    assert all(row["tier_rank"] >= row["floor_rank"] for row in found.values())


def test_a_ground_that_is_not_seen_any_more_is_carried_and_one_that_never_held_is_not():
    before = [{"loan_id": "L0", "held": ["OVERDUE_270", "FUNDS_MISUSED"], "seen_on": YESTERDAY}]
    found = settled_of([{"dpd": None}, {"dpd": None}], before=before)
    told = {
        loan_id: (row["tier_rank"], row["floor_rank"], row["carried"], row["carried_since"], row["grounds"])
        for loan_id, row in found.items()
    }
    assert told == {
        "L0": (3, 3, ["OVERDUE_270"], YESTERDAY, ["OVERDUE_270"]),
        "L1": (0, 0, [], None, []),
    }
    assert found["L0"]["own_tier_rank"] == 0


def test_a_ground_that_is_seen_to_be_gone_is_not_carried():
    before = [{"loan_id": "L0", "held": ["OVERDUE_270"], "seen_on": YESTERDAY}]
    row = settled_of([{"dpd": 0}], before=before)["L0"]
    assert (row["tier_rank"], row["carried"], row["carried_since"]) == (0, [], None)


def test_days_not_seen_count_from_the_oldest_ground_carried():
    before = [{"loan_id": "L0", "held": ["OVERDUE"], "seen_on": date(2026, 5, 31)}]
    loans = loans_of({"dpd": None}, {"dpd": 0})
    borrowers = grade_borrowers(borrowers_of({}), POLICY, DAY)
    settled = settle(floors(loans), borrowers, table_of([], OVERRIDES), table_of(before, LOANS), POLICY, DAY)
    assert [row["days_not_seen"] for row in rows_of(borrower_tiers(settled))] == [30]


def test_a_rule_counts_from_its_day(tmp_path: Path):
    told = '"dpd > 0 and not (overdue_excused and dpd <= excused_up_to_dpd)"'
    policy = load(changed(tmp_path, "tier_rules.toml", told, f"{{ 2027-01-01 = {told} }}"))
    assert loan(policy, date(2026, 12, 31), dpd=5)["floor_rank"] == 0
    assert loan(policy, date(2027, 1, 1), dpd=5)["floor_rank"] == 1


def test_a_new_value_of_a_parameter_counts_from_its_day(tmp_path: Path):
    policy = load(changed(tmp_path, "parameters.toml", "{ 2023-07-01 = 90 }", "{ 2023-07-01 = 90, 2027-01-01 = 60 }"))
    assert loan(policy, date(2026, 12, 31), dpd=61)["floor_rank"] == Tier.SPECIAL_MENTION.rank
    assert loan(policy, date(2027, 1, 1), dpd=61)["floor_rank"] == Tier.SUBSTANDARD.rank


def test_loans_are_summed_up_by_borrower():
    decided = floors(
        loans_of(
            {"dpd": 5, "balance": 300},
            {"dpd": 95, "balance": None},
            {"borrower_id": "B2", "dpd": 0, "balance": 7, "is_card": True},
            {"borrower_id": "B3", "dpd": None, "balance": None, "retail": True},
        ),
        POLICY,
        DAY,
    )
    found = {row.pop("borrower_id"): row for row in rows_of(summarise_loans(decided))}
    assert found == {
        "B1": {"as_of": DAY, "loan_tier_rank": 2, "loans": 2, "dpd_max": 95, "exposure": 300, "by_dpd_alone": False},
        "B2": {"as_of": DAY, "loan_tier_rank": 0, "loans": 1, "dpd_max": 0, "exposure": 7, "by_dpd_alone": True},
        "B3": {"as_of": DAY, "loan_tier_rank": 0, "loans": 1, "dpd_max": None, "exposure": None, "by_dpd_alone": True},
    }


def test_the_proposal_reaches_the_loans_that_do_not_follow_days_past_due_alone():
    loans = loans_of({"dpd": 0}, {"dpd": 0, "is_card": True}, {"dpd": 91}, {"borrower_id": "B2", "dpd": 0})
    judged = floors(loans)
    borrowers = grade_borrowers(borrowers_of({"pd": 0.5}), POLICY, DAY)
    settled = settle(judged, borrowers, table_of([], OVERRIDES), table_of([], LOANS), POLICY, DAY)
    found = {row["loan_id"]: (row["tier_rank"], row["held"]) for row in rows_of(settled)}
    assert found == {
        "L0": (1, ["MODEL_GRADE"]),
        "L1": (0, []),
        "L2": (2, ["OVERDUE", "OVERDUE_90", "MODEL_GRADE"]),
        "L3": (0, []),
    }


def test_a_borrower_has_the_worst_tier_of_its_loans():
    loans = loans_of({"dpd": 0}, {"dpd": 91}, {"borrower_id": "B2", "dpd": 0})
    borrowers = grade_borrowers(borrowers_of({"pd": 0.5}, {"pd": 0.1}), POLICY, DAY)
    settled = settle(floors(loans), borrowers, table_of([], OVERRIDES), table_of([], LOANS), POLICY, DAY)
    found = {row["borrower_id"]: (row["tier_rank"], row["days_not_seen"]) for row in rows_of(borrower_tiers(settled))}
    assert found == {"B1": (2, 0), "B2": (0, 0)}


def test_columns_keep_their_types():
    schema = floors(loans_of({"dpd": 1})).schema()
    assert (str(schema["floor_rank"]), str(schema["own_tier_rank"])) == ("int8", "int8")
    assert (str(schema["held"]), str(schema["undecided"])) == ("array<string>", "array<string>")


def test_a_column_that_conditions_read_must_be_there():
    with pytest.raises(PolicyError, match="The table of loans lacks dpd, restructured, which the policy asks for"):
        judge_own(loans_of({}).drop("dpd", "restructured"), POLICY, DAY)
