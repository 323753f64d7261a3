"""Names: made from word lists, freely combined; any likeness to a person or firm is chance.

Grain   one row per borrower
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.latent.world import INDUSTRIES, REGIONS
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words

_FIRM_FIRST = tuple("恒嘉瑞华盛泰宏远鑫丰德信安康明达顺昌隆兴")
_FIRM_SECOND = tuple("源利通和诚业祥茂辉腾创联益成发洋峰科汇健")
_SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_GIVEN = tuple("伟芳敏静丽强磊军洋勇艳杰娟涛明超霞平刚英文华建国玉梅春兰志海晓东佳宁思远")


def borrower_rows(block: Block) -> Mapping[str, pa.Array]:
    """Return the rows of table `borrowers`."""
    people = block.people
    return {
        "borrower_id": ids("B", people.number + 1, 7),
        "kind": words(np.where(people.firm, 0, 1), ("firm", "individual")),
        "retail": pa.array(~people.firm),
        "name": pa.array(_names(people, block.draws)),
        "industry": words(people.industry, tuple(name for name, _ in INDUSTRIES)),
        "region": words(people.region, REGIONS),
        "branch_id": words(people.branch, _series("BR", 2, people.branch)),
        "officer_id": words(people.officer, _series("OF", 3, people.officer)),
        "customer_since": dates(people.customer_since),
    }


def _series(prefix: str, width: int, codes: Ints) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:0{width}d}" for number in range(1, int(codes.max()) + 2))


def _letters(people: Population, draws: Draws, lists: Sequence[Sequence[str]]) -> list[Ints]:
    """Return, per list, the index of the letter chosen for each borrower."""
    return [draws.below(len(letters), "names", people.number, np.array(place)) for place, letters in enumerate(lists)]


def _names(people: Population, draws: Draws) -> list[str]:
    firm = [people.region, *_letters(people, draws, (_FIRM_FIRST, _FIRM_SECOND)), people.industry]
    industries = [name for name, _ in INDUSTRIES]
    firms = [
        f"{REGIONS[r]}{_FIRM_FIRST[a]}{_FIRM_SECOND[b]}{industries[i]}有限公司"
        for r, a, b, i in zip(*firm, strict=True)
    ]
    person = _letters(people, draws, (_SURNAMES, _GIVEN, _GIVEN))
    persons = [f"{_SURNAMES[a]}{_GIVEN[b]}{_GIVEN[c]}" for a, b, c in zip(*person, strict=True)]
    return [firms[i] if is_firm else persons[i] for i, is_firm in enumerate(people.firm)]
