"""Split of a move of level and tier: by pd, rules, overrides, policy and memory; exact, over all orders.

Players   pd and the pd compared with; rules: facts, features and loans, which signals came and went; overrides;
          policy with its day, since its values are dated; memory: what is carried, lingers or steps down
Value     the rank of the level (0 none to 3 red) and of the tier (0 pass to 4 loss) with each player from one batch
          or the other (change.standing); Shapley's value in fractions
Sum       whole billionths of a rank that add up to the move exactly
Rest      what the present code does not make of what was kept, as it did then: nothing, unless the code has changed
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from ews.policy.grades import scale_on
from ews.scoring.change.parts import BILLION, shapley, whole_of
from ews.scoring.change.standing import MEMORY, OVERRIDES, PD, PLAYERS, POLICY, Book, Ranks, Side, stand

REST = "rest"
CAUSES = (*PLAYERS, REST)


@dataclass(frozen=True, slots=True)
class RankMoves:
    """Parts by CAUSES in whole billionths of a rank; `came` and `went` are signals of the day."""

    level: Mapping[str, int]
    tier: Mapping[str, int]
    came: tuple[str, ...]
    went: tuple[str, ...]


def rank_moves(before: Side, after: Side, *, same_policy: bool) -> RankMoves:
    """Return why level and tier moved; `same_policy` where the rules of both are one (`same_rules`)."""
    players = [name for name in PLAYERS if _differs(name, before, after, same_policy=same_policy)]
    found: dict[frozenset[str], Ranks] = {}
    for size in range(len(players) + 1):
        for some in combinations(players, size):
            found[frozenset(some)] = stand({name: after if name in some else before for name in PLAYERS})
    nobody, everybody = found[frozenset()], found[frozenset(players)]
    return RankMoves(
        _parts({some: ranks.level for some, ranks in found.items()}, players, after.level - before.level),
        _parts({some: ranks.tier for some, ranks in found.items()}, players, after.tier - before.tier),
        tuple(code for code in everybody.codes if code not in nobody.codes),
        tuple(code for code in nobody.codes if code not in everybody.codes),
    )


def same_rules(before: Book, after: Book) -> bool:
    """Tell whether two policies on their days are one: the same rules, conditions, values and scale."""
    one, other = (
        (
            book.policy.tier_rules.loan,
            book.policy.tier_rules.model,
            book.policy.signals,
            scale_on(book.policy.scales, book.on),
            book.conditions,
        )
        for book in (before, after)
    )
    return one == other


def _parts(values: Mapping[frozenset[str], int], players: list[str], published: int) -> dict[str, int]:
    told = values[frozenset(players)] - values[frozenset()]
    parts = whole_of(shapley(values, players), told) if players else {}
    return {**dict.fromkeys(PLAYERS, 0), **parts, REST: (published - told) * BILLION}


def _differs(name: str, before: Side, after: Side, *, same_policy: bool) -> bool:
    if name == PD:
        return any(before.facts.get(fact) != after.facts.get(fact) for fact in ("pd", "pd_before"))
    if name == OVERRIDES:
        return list(before.overrides) != list(after.overrides)
    if name == POLICY:
        return not same_policy
    if name == MEMORY:
        return before.remembered != after.remembered or _carried(before) != _carried(after)
    return True


def _carried(side: Side) -> dict[object, object]:
    return {one["loan_id"]: one.get("carried") for one in side.loans if one.get("carried")}
