"""Reach: whether a condition can hold, can fail, and whether a graver rule leaves it anything to decide.

Method  the condition becomes alternatives of comparisons; those on one name are tried on every value that matters: the
        numbers they name, one between each two, one beyond the ends, each word, and null; a fact that comes in whole
        numbers or has a least or most value is tried on those alone
Sound   only what is certain is said: comparisons of two names, sums and products are taken as possible, and more than
        64 alternatives give no verdict
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product

from ews.domain.decisions import Value
from ews.policy.conditions import Condition
from ews.policy.dated import Dated
from ews.policy.evaluate import truth, value_of
from ews.policy.expressions import Compare, Junction, Known, Name, Node, Not, Number, Within, names_in
from ews.policy.expressions import Words as Literal
from ews.policy.turning import inwards, mirrored, render
from ews.policy.vocabulary import Word

MOST_CLAUSES = 64
"""Alternatives of one condition that are looked at."""
_OTHER = "(another word)"

Clause = tuple[Node, ...]
Words = Mapping[str, Word]
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A rule and how grave it is; one that `lingers` still counts when it has gone, one that is `late` comes last."""

    code: str
    when: Dated[Condition]
    rank: int
    lingers: bool = False
    late: bool = False

    def outdoes(self, other: "Ranked") -> bool:
        """Tell whether the rule leaves the other nothing to decide wherever both hold."""
        outlasts = self.lingers or not other.lingers
        return self.rank > other.rank and outlasts and (other.late or not self.late)


def why_never(tree: Node, words: Words, values: Values) -> str | None:
    """Return why `tree` can never hold, None where it may."""
    clauses = _clauses(inwards(tree))
    whys = [] if clauses is None else [_contradiction(clause, words, values) for clause in clauses]
    return "; ".join(dict.fromkeys(why for why in whys if why)) if whys and all(whys) else None


def always_holds(tree: Node, words: Words, values: Values) -> bool:
    """Tell whether `tree` holds for everyone of whom its facts are known."""
    return why_never(Not(tree, 0), words, values) is not None


def implies(tree: Node, other: Node, words: Words, values: Values) -> bool:
    """Tell whether `other` certainly holds wherever `tree` does, also where what only `other` asks is not known."""
    if isinstance(other, Junction):
        each = (implies(tree, part, words, values) for part in other.parts)
        if any(each) if other.op == "or" else all(each):
            return True
    asked = {name.name for name in names_in(other) if name.name in words}
    clauses = _clauses(inwards(tree))
    known = clauses is not None and all(asked <= _settled(clause) for clause in clauses)
    return known and why_never(Junction("and", (tree, Not(other, 0)), 0), words, values) is not None


def regimes(when: Dated[Condition], changes: Iterable[date]) -> Iterator[tuple[Condition, tuple[date, ...]]]:
    """Yield each condition with the days on which it or one of its parameters starts to be what it is."""
    starts = [start for start, _ in when.values]
    for (start, condition), end in zip(when.values, [*starts[1:], date.max], strict=True):
        yield condition, tuple(sorted({start, *(day for day in changes if start <= day < end)}))


def undecided_by(rules: Sequence[Ranked], day: date, words: Words, values: Values) -> dict[str, str]:
    """Return the codes of rules that can never decide on `day`, each with a graver one that holds wherever it does."""
    inforce = [(rule, condition.tree) for rule in rules if (condition := rule.when.on(day)) is not None]
    found = {}
    for rule, tree in inforce:
        graver = (other.code for other, its in inforce if other.outdoes(rule) and implies(tree, its, words, values))
        first = next(graver, None)
        if first is not None:
            found[rule.code] = first
    return found


def _clauses(node: Node) -> list[Clause] | None:
    """Return the alternatives of a condition whose `not`s lie inwards, None where there are too many."""
    if not isinstance(node, Junction):
        return [(node,)]
    parts = [_clauses(part) for part in node.parts]
    listed = [part for part in parts if part is not None]
    if len(listed) < len(parts):
        return None
    if node.op == "or":
        joined = [clause for part in listed for clause in part]
        return joined if len(joined) <= MOST_CLAUSES else None
    count = 1
    for part in listed:
        count *= len(part)
    if count > MOST_CLAUSES:
        return None
    return [tuple(leaf for clause in together for leaf in clause) for together in product(*listed)]


def _contradiction(clause: Clause, words: Words, values: Values) -> str | None:
    """Return what in a clause cannot be, None where nothing speaks against it."""
    by_name: dict[str, list[Node]] = {}
    for leaf in clause:
        names = {name.name for name in names_in(leaf) if name.name in words}
        if not names and isinstance(leaf, Compare) and truth(leaf, {}, values) is False:
            return f"{render(leaf)} does not hold"
        for name in names:
            by_name.setdefault(name, []).append(leaf)
    for name, leaves in by_name.items():
        tried = [leaf for leaf in leaves if _is_plain(leaf, words)]
        unknown = any(isinstance(leaf, Not) and isinstance(leaf.part, Known) for leaf in leaves)
        if unknown and any(not isinstance(leaf, Known | Not) for leaf in leaves):
            return f"{name} is asked for although it is not known"
        candidates = _candidates(name, tried, words[name], values)
        if tried and not any(all(truth(leaf, {name: one}, values) for leaf in tried) for one in candidates):
            return f"{name} is never {_told(tried, name)}"
    return None


def _is_plain(leaf: Node, words: Words) -> bool:
    """Tell whether a leaf asks one name against numbers, words or parameters only."""
    if not isinstance(leaf, Compare):
        return True
    named = [name for name in names_in(leaf) if name.name in words]
    return len(named) == 1 and named[0] in (leaf.left, leaf.right)


def _candidates(name: str, leaves: Sequence[Node], word: Word, values: Values) -> list[Value]:
    if word.unit == "flag":
        return [True, False, None]
    if word.unit == "text":
        named = {choice.value for leaf in leaves for choice in _literals(leaf) if isinstance(choice.value, str)}
        return [*(word.choices or sorted((*named, _OTHER))), None]
    named_numbers = {bound for leaf in leaves for bound in _bounds(leaf, name, values)}
    edges = sorted({*named_numbers, *(edge for edge in (word.least, word.most) if edge is not None)} or {0.0})
    if word.is_whole:
        tried: list[float] = [math.floor(edge) + step for edge in edges for step in (-1, 0, 1, 2)]
    else:
        tried = [*edges, *((low + high) / 2 for low, high in pairwise(edges)), edges[0] - 1, edges[-1] + 1]
    return [*(value for value in tried if _is_within(value, word)), None]


def _is_within(value: float, word: Word) -> bool:
    return (word.least is None or value >= word.least) and (word.most is None or value <= word.most)


def _bounds(leaf: Node, name: str, values: Values) -> list[float]:
    part = leaf.part if isinstance(leaf, Not) else leaf
    if isinstance(part, Compare):
        other = part.right if part.left == Name(name, 0) else part.left
        bound = value_of(other, {}, values)
        return [float(bound)] if isinstance(bound, int | float) else []
    return [choice.value for choice in _literals(part) if isinstance(choice, Number)]


def _literals(leaf: Node) -> Sequence[Number | Literal]:
    """Return the numbers and words that a leaf names."""
    part = leaf.part if isinstance(leaf, Not) else leaf
    if isinstance(part, Within):
        return part.choices
    if isinstance(part, Compare):
        return [side for side in (part.left, part.right) if isinstance(side, Number | Literal)]
    return []


def _settled(clause: Clause) -> set[str]:
    """Return the names that are known where the clause holds."""
    certain = (leaf for leaf in clause if not (isinstance(leaf, Not) and isinstance(leaf.part, Known)))
    return {name.name for leaf in certain for name in names_in(leaf)}


def _told(leaves: Sequence[Node], name: str) -> str:
    told = []
    for leaf in leaves:
        if isinstance(leaf, Compare):
            in_left = leaf.left == Name(name, 0)
            op = leaf.op if in_left else mirrored(leaf.op)
            told.append(f"{op} {render(leaf.right if in_left else leaf.left)}")
        elif isinstance(leaf, Not):
            told.append("false" if isinstance(leaf.part, Name) else "outside its list")
        else:
            told.append("true" if isinstance(leaf, Name) else "known" if isinstance(leaf, Known) else "in its list")
    return told[0] if len(told) == 1 else f"both {' and '.join(told)}"
