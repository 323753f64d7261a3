"""Fired: the signals that hold for planted firms and their doubles, judged by the default policy.

Only what features and days past due tell is judged: grade, tier and what others did since are given as unremarkable.
"""

from collections.abc import Mapping

import ibis

from ews.domain.facts import GIVEN_BORROWER_FACTS, NETWORK_BORROWER_FACTS
from ews.features.build import build_features
from ews.features.window import Spine, spine_on
from ews.policy.judge import grade_borrowers, judge_signals
from tests.books import book_of
from tests.patterns.judged import side_by_side, within
from tests.patterns.plants import INNOCENT, PLANTED, Plant
from tests.patterns.quiet import AS_OF, Firm
from tests.patterns.signal_plants import SignalPlant
from tests.policy.policies import POLICY

Signals = frozenset[str]


def fired(plants: tuple[Plant | SignalPlant, ...]) -> Mapping[str, tuple[Signals, Signals]]:
    """Return, by name of the plant, the codes that hold for the planted party and for its double."""
    book = book_of(side_by_side({plant.name: plant.firms() for plant in plants}))
    parties = {plant.name: (_party(plant, PLANTED), _party(plant, _double(plant))) for plant in plants}
    asked = [within(name, party) for name, both in parties.items() for party in both]
    spine = spine_on(book, [AS_OF])
    few = book.engine.create_table(
        ibis.util.gen_name("few"), spine.table.filter(spine.table.borrower_id.isin(asked)), temp=True
    )
    features = build_features(book, Spine(few, spine.days))
    nothing = {fact.name: ibis.null("int64") for fact in (*GIVEN_BORROWER_FACTS, *NETWORK_BORROWER_FACTS)}
    usual = {"pd": 0.001, "in_default": False, "stoppage": "none", "days_not_seen": 0}
    given = nothing | {name: ibis.literal(value) for name, value in usual.items()}
    table = features.mutate(**given, tier_rank=ibis.literal(0, "int8"))
    table = table.mutate(dpd_max=table.dpd_now)
    judged = judge_signals(grade_borrowers(table, POLICY, AS_OF), POLICY, AS_OF)
    rows = judged.select("borrower_id", "signals").to_pyarrow().to_pylist()
    held = {row["borrower_id"]: frozenset(row["signals"]) for row in rows}
    return {
        name: (held[within(name, planted)], held[within(name, double)]) for name, (planted, double) in parties.items()
    }


def _party(plant: Plant | SignalPlant, number: int) -> str:
    firm = Firm(number)
    return firm.owner if plant.of_owner else firm.id


def _double(plant: Plant | SignalPlant) -> int:
    return plant.double if isinstance(plant, Plant) else INNOCENT
