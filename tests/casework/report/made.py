"""A report made by hand: a borrower with two loans, 24 months, a circle of four and a red warning."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from ews.casework.dossier.dossier import CaseLine, Dossier, Known, Seal, Who
from ews.casework.report.paper import paper_of
from ews.casework.report.report import Report
from ews.domain.decisions import Before, Decision, Evidence, Held, LoanDecision, Override, Reason
from ews.domain.exhibits import Circle, Exhibit, Link, LoanStrip, Month, Party, Standing
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.text import Language
from ews.domain.unit import Role, UnitMember
from tests.store.samples import decision

PRINTED = datetime(2026, 7, 3, 9, 15)
AS_OF = date(2026, 6, 30)
ENDS = tuple(date(2024 + (month + 6) // 12, (month + 6) % 12 + 1, 28) for month in range(24))
"""24 days, a month apart, the last in June 2026."""


@dataclass(frozen=True)
class Origin:
    source: str | None
    article: str | None


@dataclass(frozen=True)
class Tell:
    """Sentences that name what they tell."""

    def reason_sentence(self, reason, language):
        return f"{language.value} reason {reason.code}"

    def held_sentence(self, _decision, held, language):
        return f"{language.value} holds {held.code}"

    def lift_sentence(self, _decision, lift, _language):
        return f"{lift.name} {lift.op} {lift.value}"

    def path_sentence(self, decision, path, _language):
        return f"{decision.borrower_id} > {' > '.join(f'{hop.party_id} {hop.name}' for hop in path.hops)}"

    def action_text(self, _decision, language):
        return f"{language.value} verify on the spot"

    def origin(self, _decision, held):
        if held.code == "GONE":
            return Origin(None, None)
        return Origin("CBIRC and PBoC Order [2023] No. 1", "10 (1) (to verify)")


TELL = Tell()


def months(**changed) -> tuple[Month, ...]:
    """Return 24 months; `changed` gives all values of a column, or one for all of them."""
    usual = {
        "inflow_fen": 3_000_000_00,
        "outflow_fen": 2_900_000_00,
        "balance_fen": 500_000_00,
        "card_limit_fen": 100_000_00,
        "card_balance_fen": 80_000_00,
        "inquiries": 1,
        "due_fen": 50_000_00,
        "paid_on_time_fen": 30_000_00,
        "paid_late_fen": 15_000_00,
        "unpaid_fen": 5_000_00,
        "dpd": 12,
    }
    columns = {
        name: value if isinstance(value, tuple) else (value,) * 24 for name, value in {**usual, **changed}.items()
    }
    return tuple(Month(ends, **{name: column[at] for name, column in columns.items()}) for at, ends in enumerate(ENDS))


def party(party_id: str, name: str | None, **changed) -> Party:
    usual = {
        "party_id": party_id,
        "name": name,
        "kind": "firm",
        "branch_id": "branch-2",
        "is_borrower": True,
        "exposure_fen": 1_000_000_00,
        "dpd": 0,
        "in_default": False,
        "in_trouble": False,
        "grade": "G3",
        "level": WarningLevel.NONE,
        "hops": 1,
    }
    return Party(**{**usual, **changed})


CIRCLE = Circle(
    (
        party("B1", "Firm B1", hops=0),
        party("F2", "海达贸易", dpd=47, in_trouble=True),
        party("F3", "Far Ltd", hops=2, in_default=True, in_trouble=True, dpd=120, grade="D"),
        party("P4", None, kind="person", is_borrower=False, exposure_fen=None, dpd=None, in_default=None, grade=None),
    ),
    (
        Link("B1", "F2", "guarantee", 1_800_000_00, date(2025, 1, 1)),
        Link("F3", "F2", "guarantee", None, None),
        Link("P4", "B1", "controller", None, None),
    ),
    left_out=3,
)


def exhibit(**changed) -> Exhibit:
    usual = {
        "batch_id": "b1",
        "borrower_id": "B1",
        "as_of": AS_OF,
        "months": months(),
        "loans": (
            LoanStrip(
                "L1",
                "business",
                date(2024, 1, 1),
                date(2027, 1, 1),
                400_000_00,
                312_000_00,
                (None,) * 20 + (0, 12, 45, 95),
            ),
            LoanStrip("L0", "business", date(2023, 1, 1), date(2025, 1, 1), 200_000_00, 0, (0,) * 6 + (None,) * 18),
        ),
        "circle": CIRCLE,
        "standings": (
            Standing("inflow_change_3m", -0.62, -0.4, -0.2, 0.0, 0.1, 0.3, 0.94, "firm/retail", 120),
            Standing("inquiries_3m", None, 0.0, 0.0, 1.0, 2.0, 4.0, None, "firm/retail", 120),
        ),
        "features": {"inflow_change_3m": -0.62},
    }
    return Exhibit(**{**usual, **changed})


def red(**changed) -> Decision:
    """Return a decision with a red warning, a rule of law, an override, reasons and a path."""
    tier_rule = Held("tier_rule", "OVERDUE", "special_mention", {"dpd": 12})
    usual = {
        "pd": 0.143,
        "log_odds": -1.7904,
        "base_log_odds": -3.7904,
        "grade": "G8",
        "level": WarningLevel.RED,
        "level_now": WarningLevel.RED,
        "reasons": (
            Reason("INFLOW_FELL", 1.6, (Evidence("inflow_change_3m", -0.62, 0.94),)),
            Reason("PAYS_LATE", 0.4, ()),
        ),
        "held": (
            Held("signal", "MILD", "yellow", {}, "lingers", date(2026, 4, 30)),
            Held("signal", "INFLOW_HALVED", "red", {}, "holds", AS_OF, ((Lift("inflow_change_3m", ">", -0.5),),)),
        ),
        "loans": (
            LoanDecision(
                "L1",
                "business",
                312_000_00,
                12,
                Tier.SUBSTANDARD,
                (tier_rule,),
                undecided=("UNKNOWN_RULE",),
                floor=Tier.SPECIAL_MENTION,
                proposal=Tier.PASS,
                override=Override(
                    "O1", Tier.SUBSTANDARD, "停产一条线", "officer", "manager", date(2026, 6, 1), date(2026, 9, 30)
                ),
                stage=2,
                lgd=0.45,
                expected_loss_fen=20_077_00,
                provision_general_fen=3_120_00,
                provision_specific_fen=6_240_00,
            ),
        ),
        "before": Before("b0", date(2026, 5, 31), 0.048, "G5", Tier.PASS, WarningLevel.NONE, "m1"),
        "paths": (Path(Channel.GUARANTEES, (Hop("F2", "海达贸易", "branch-2", 47, False, None, "G7"),), 1_800_000_00),),
        "unit": (UnitMember("P4", Role.CONTROLLER, "黄刚"),),
        "blind": (),
        "customer_type": "B",
    }
    return decision(**{**usual, **changed})


def known(as_of: date, pd: float | None, level: WarningLevel, *, superseded: bool = False) -> Known:
    same = ("batch", as_of, PRINTED, superseded, "m1", "p1", "0.1.0", pd, "G5", Tier.PASS, level, 1, pd is None)
    return Known(*same, None, None, None, None)


def dossier(**changed) -> Dossier:
    usual = {
        "who": Who(
            "B1",
            "sme",
            "Firm B1",
            None,
            None,
            "branch-1",
            "O1",
            AS_OF,
            0.1,
            "G8",
            Tier.PASS,
            WarningLevel.RED,
            1,
            False,
        ),
        "known": (known(date(2026, 5, 31), 0.048, WarningLevel.NONE), known(AS_OF, 0.143, WarningLevel.RED)),
        "done": (),
        "cases": (),
        "checks": (),
        "findings": (),
        "evidence": (),
        "looked_up": (),
        "look_ups": None,
        "people": {"officer": "李娜"},
        "words": {},
        "seal": Seal(7, "ab" * 32, "officer", PRINTED),
    }
    return Dossier(**{**usual, **changed})


def warning(case_id: str, level: WarningLevel, **changed) -> CaseLine:
    usual = {
        "case_id": case_id,
        "kind": "warning",
        "state": "planned",
        "level": level,
        "role": "officer",
        "assignee": None,
        "opened_at": PRINTED,
        "closed_at": None,
        "due_on": date(2026, 7, 8),
        "days_late": 0,
        "body": {"kind": "FLOWS_DROP", "verdict": "true", "plan": "追加抵押"},
    }
    return CaseLine(**{**usual, **changed})


def report(**changed) -> Report:
    return replace(Report(red(), exhibit(), dossier()), **changed)


def told(made: Report, language: Language = Language.ZH) -> dict[str, str]:
    """Return all words of each section by its place, and of the head under "head"."""
    paper = paper_of(made, TELL, language)
    found = {str(place): "\n".join(words(one.blocks)) for place, one in enumerate(paper.sections, start=1)}
    found["head"] = "\n".join(
        (paper.title, paper.subtitle, paper.about, *words(paper.figures), paper.header, paper.footer)
    )
    return found


def words(value) -> list[str]:
    """Return all texts within blocks."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple | list):
        return [one for part in value for one in words(part)]
    if hasattr(value, "__slots__"):
        return [one for name in value.__slots__ for one in words(getattr(value, name))]
    return []
