import json
from dataclasses import replace
from datetime import date

from ews.domain.decisions import Decision, Evidence, Held, LoanDecision, Override, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.raised import Raised
from ews.domain.unit import Role, UnitMember
from tests.store.samples import decision

UNIT = (UnitMember("P1", Role.CONTROLLER, "周建国"), UnitMember("P2", Role.SPOUSE, None))
REASON = Reason("OWNER_STRETCHED", 0.4, (Evidence("owner_card_utilisation", 0.9, 0.8, ("P1", "P2")),))


def test_a_record_keeps_the_unit_and_from_whom_a_value_comes():
    told = decision(unit=UNIT, reasons=(REASON,))
    content = json.loads(told.to_json())
    assert content["unit"] == [
        {"member_id": "P1", "name": "周建国", "role": "controller"},
        {"member_id": "P2", "name": None, "role": "spouse"},
    ]
    assert content["reasons"][0]["evidence"][0]["from_whom"] == ["P1", "P2"]
    assert Decision.from_json(told.to_json()) == told
    assert Decision.from_json(told.to_json()).to_json() == told.to_json()


def test_a_record_read_without_reasons_lacks_these_and_paths_and_nothing_else():
    told = decision(unit=UNIT, reasons=(REASON,))
    assert Decision.from_json(told.to_json(), with_reasons=False) == replace(told, reasons=(), paths=())


def test_a_record_of_an_earlier_version_is_read_as_one_without_a_unit():
    told = decision(unit=UNIT)
    content = json.loads(told.to_json())
    del content["unit"]
    for reason in content["reasons"]:
        for evidence in reason["evidence"]:
            del evidence["from_whom"]
    assert Decision.from_json(json.dumps(content)) == replace(told, unit=())


DAY = date(2026, 6, 30)
SIGNAL = Held("signal", "LATE", "orange", {"dpd_max": 31}, "carried", DAY, ((Lift("dpd_max", "<=", 30),),))
APPROVED = Override("O1", Tier.SUBSTANDARD, "court case", "P1", "P2", DAY, date(2026, 12, 31), ("OVERDUE_270",))
LOAN = LoanDecision(
    "L1", "business", 100, 31, Tier.DOUBTFUL, (SIGNAL,), (), Tier.DOUBTFUL, Tier.PASS, APPROVED, ("IMPAIRED",), DAY,
    opened_on=date(2025, 1, 10), matures_on=date(2027, 1, 10), repayment="instalment",
    next_due_on=date(2026, 7, 20), next_due_fen=12_500, first_due_missed=False,
    coming_on=date(2026, 8, 20), coming_fen=9,
)  # fmt: skip


def test_a_record_keeps_how_its_decision_came_about():
    told = decision(
        held=(SIGNAL,),
        loans=(LOAN,),
        undecided=("WAGES_SHRANK",),
        level_now=WarningLevel.YELLOW,
        raised=Raised(("LATE",), "P1", DAY, 2, is_waiting=True),
        split={Channel.OWN: 0.5, Channel.GUARANTEES: 0.25},
        paths=(Path(Channel.GUARANTEES, (Hop("B9", None, "X", 47, True, "substandard", "D"),), 1_800_000),),
        assess=("B9",),
        lent=("cure_months",),
        customer_type="B",
    )
    assert Decision.from_json(told.to_json()) == told
    assert Decision.from_json(told.to_json()).to_json() == told.to_json()


OF_THE_SCHEDULE = (
    *("opened_on", "matures_on", "repayment", "next_due_on", "next_due_fen", "first_due_missed"),
    *("coming_on", "coming_fen"),
)


def test_a_worse_tier_that_needed_no_approval_is_kept_without_one():
    told = decision(loans=(replace(LOAN, override=replace(APPROVED, approved_by=None)),))
    assert Decision.from_json(told.to_json()) == told


def test_a_record_of_an_earlier_version_is_read_without_what_it_did_not_keep():
    told = decision()
    content = json.loads(told.to_json())
    for name in ("undecided", "level_now", "raised", "split", "paths", "assess", "lent", "customer_type"):
        del content[name]
    for held in (*content["held"], *(one for loan in content["loans"] for one in loan["held"])):
        for name in ("state", "since", "lifts"):
            del held[name]
    for loan in content["loans"]:
        for name in ("floor", "proposal", "override", "carried", "carried_since", "stage", *OF_THE_SCHEDULE):
            del loan[name]
    assert Decision.from_json(json.dumps(content)) == told
