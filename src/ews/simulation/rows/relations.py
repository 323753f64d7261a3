"""Relations: who controls, is married to or belongs with whom in an economic unit.

Grain   one row per pair and kind; a relation that ended has a second version
Source  a firm and its controller, the controller and a spouse, a firm and its affiliate, now and then a shareholder
        from outside (ids with X). Some are found out months after they began
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints
from ews.simulation.latent.population import Role
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, mixed_ids, words
from ews.simulation.rows.versions import Rows, later, only

KINDS = ("controller", "spouse", "shareholder", "affiliate")
CONTROLLER, SPOUSE, SHAREHOLDER, AFFILIATE = range(4)
_FOUND_LATE, _ENDED, _OUTSIDERS = 0.10, 0.04, 0.12


def relation_rows(block: Block) -> tuple[Rows, Rows]:
    """Return the rows of table `relations`, and the later versions of those that ended."""
    people, draws = block.people, block.draws
    from_id, to, kind, inside = _pairs(block)
    place = (people.number[to], kind)
    share = np.where(kind == SHAREHOLDER, 0.05, 0.51) + np.where(kind == SHAREHOLDER, 0.3, 0.49) * draws.uniform(
        "relations.share", *place
    )
    starts_on = people.customer_since[to] - draws.below(2_500, "relations.since", *place)
    wait = 30 + draws.below(500, "relations.wait", *place)
    hidden = draws.uniform("relations.found_late", *place) < _FOUND_LATE
    opened = np.maximum(people.customer_since[to], block.months.first_day(0))
    known_on = np.where(hidden, opened + wait, people.customer_since[to])
    owns = (kind == CONTROLLER) | (kind == SHAREHOLDER)
    rows = {
        "from_id": mixed_ids("BX", np.array([7, 7]), np.where(inside, 0, 1), from_id + 1),
        "to_id": ids("B", people.number[to] + 1, 7),
        "kind": words(kind, KINDS),
        "share": pa.array(np.round(share, 2), mask=~owns),
        "starts_on": dates(starts_on),
        "ends_on": dates(starts_on, known=np.zeros(len(to), np.bool_)),
        "known_on": dates(known_on),
    }
    over = np.flatnonzero(draws.uniform("relations.ended", *place) < _ENDED)
    last = block.months.first_day(draws.below(block.months.count, "relations.ends", place[0][over], place[1][over]))
    last = np.maximum(last, known_on[over])
    told_on = last + 3 + draws.below(60, "relations.told", place[0][over], place[1][over])
    told = later(rows, over, told_on, block.ends_on, ends_on=dates(last))
    return only(rows, known_on <= block.ends_on), told


def _pairs(block: Block) -> tuple[Ints, Ints, Ints, Flags]:
    """Return number of one party, place of the other, kind, and whether the first is a borrower."""
    people = block.people
    here = np.arange(block.size)
    head = block.place(people.head)
    controllers, affiliates = here[people.role == Role.CONTROLLER], here[people.role == Role.AFFILIATE]
    spouses = here[people.role == Role.SPOUSE]
    owner = head[affiliates] + 1
    firms = here[people.role == Role.FIRM]
    held = firms[block.draws.uniform("relations.outsider", people.number[firms]) < _OUTSIDERS]
    parts = (
        (people.number[controllers], head[controllers], CONTROLLER, True),
        (people.number[spouses], head[spouses] + 1, SPOUSE, True),
        (people.number[head[affiliates]], affiliates, AFFILIATE, True),
        (people.number[owner], affiliates, CONTROLLER, True),
        (people.number[held], held, SHAREHOLDER, False),
    )
    from_id, to = (np.concatenate([part[column] for part in parts]) for column in (0, 1))
    kind = np.concatenate([np.full(len(part[1]), part[2]) for part in parts])
    inside = np.concatenate([np.full(len(part[1]), part[3]) for part in parts])
    return from_id, to, kind, inside
