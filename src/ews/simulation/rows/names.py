"""Names: borrowers as the bank's books name them, made from word lists; any likeness to a person or firm is chance.

Grain   one row per borrower; some were handed to another officer and have a second version
Nulls   `group_id` for firms without an affiliate and for persons; `industry` for those who live on wages
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ews.simulation.arrays import Ints
from ews.simulation.latent.population import Role
from ews.simulation.latent.world import INDUSTRIES, REGIONS
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.versions import Rows, later

_FIRM_FIRST = tuple("恒嘉瑞华盛泰宏远鑫丰德信安康明达顺昌隆兴")
_FIRM_SECOND = tuple("源利通和诚业祥茂辉腾创联益成发洋峰科汇健")
_SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_GIVEN = tuple("伟芳敏静丽强磊军洋勇艳杰娟涛明超霞平刚英文华建国玉梅春兰志海晓东佳宁思远")
_TRADES = tuple(name for name, _ in INDUSTRIES)
_HANDED_OVER = 0.06


def borrower_rows(block: Block) -> tuple[Rows, Rows]:
    """Return the rows of table `borrowers`, and later versions of some."""
    people, draws = block.people, block.draws
    grouped = np.isin(people.head, people.head[people.role == Role.AFFILIATE]) & people.firm
    rows = {
        "borrower_id": ids("B", people.number + 1, 7),
        "kind": words(np.where(people.firm, 0, 1), ("firm", "individual")),
        "retail": pa.array(~people.firm),
        "name": _names(block),
        "industry": words(people.industry, _TRADES, known=~people.waged),
        "region": words(people.region, REGIONS),
        "branch_id": words(people.branch, _series("BR", 2, people.branch)),
        "officer_id": officer_ids(block, np.arange(block.size)),
        "group_id": ids("GR", people.head + 1, 7, known=grouped),
        "customer_since": dates(people.customer_since),
    }
    unit = people.unit
    moved = np.flatnonzero(draws.uniform("names.handed_over", unit) < _HANDED_OVER)
    day = block.months.first_day(draws.below(block.months.count, "names.handed_over.on", unit[moved])) + 9
    day = np.maximum(day, people.customer_since[moved] + 1)
    next_desk = _officers(people.officer[moved] + 1)
    return rows, later(rows, moved, day, block.ends_on, officer_id=next_desk)


def officer_ids(block: Block, borrower: Ints) -> pa.Array:
    """Return the officers of borrowers given by their place in the block."""
    return _officers(block.people.officer[borrower])


def _officers(officer: Ints) -> pa.Array:
    return words(officer, _series("OF", 3, officer))


def _series(prefix: str, width: int, codes: Ints) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:0{width}d}" for number in range(1, int(codes.max(initial=0)) + 2))


def _letters(block: Block, place: int, letters: Sequence[str]) -> pa.Array:
    chosen = block.draws.below(len(letters), "names", block.people.number, np.array(place))
    return words(chosen, tuple(letters)).cast(pa.string())


def _names(block: Block) -> pa.Array:
    people = block.people
    region, trade = (words(codes, names).cast(pa.string()) for codes, names in (
        (people.region, REGIONS), (people.industry, _TRADES)
    ))  # fmt: skip
    first, second = _letters(block, 0, _FIRM_FIRST), _letters(block, 1, _FIRM_SECOND)
    firms = pc.binary_join_element_wise(region, first, second, trade, "有限公司", "")
    person = [_letters(block, place, letters) for place, letters in enumerate((_SURNAMES, _GIVEN, _GIVEN))]
    return pc.if_else(pa.array(people.firm), firms, pc.binary_join_element_wise(*person, ""))
