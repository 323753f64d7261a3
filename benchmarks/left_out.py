"""Left out: signals that were tried and are not in the policy, judged beside it so that the reason can be checked.

Reads   left_out.toml: entries as in signals.toml, each with `why` it is not there
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa

from ews.events.engine import connect
from ews.features.catalogue import FEATURES
from ews.policy.files import read_file
from ews.policy.judge import judge_signals
from ews.policy.policy import Policy, scope_of
from ews.policy.rules import Signal, names_read, read_signals
from ews.policy.vocabulary import vocabulary_of

FILE = Path(__file__).parent / "left_out.toml"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Signals, and by code why each is not in the policy."""

    signals: tuple[Signal, ...]
    why: Mapping[str, str]


NOTHING = LeftOut((), {})


def read_left_out(policy: Policy, file: Path = FILE) -> LeftOut:
    """Return what `file` holds; its conditions may use the parameters of `policy`."""
    entries: list[dict[str, str]] = read_file(file)["signal"]
    plain = {"signal": [{key: value for key, value in one.items() if key != "why"} for one in entries]}
    scope = scope_of(vocabulary_of(FEATURES).borrower, policy.parameters, policy.files)
    return LeftOut(read_signals(plain, file.name, scope), {one["code"]: one["why"] for one in entries})


def left_out_held(borrowers: pd.DataFrame, policy: Policy, left_out: LeftOut, on: date) -> pd.DataFrame:
    """Return borrower_id and left_out: the codes that hold for `borrowers` as decided, in the order of the file."""
    asked = {"borrower_id", "tier_rank", "tier_rank_before", *names_read(left_out.signals, on)}
    rows = borrowers[[name for name in borrowers.columns if name in asked - {"tier_fall", "patterns_held"}]]
    engine = connect(threads=1)
    table = engine.create_table(ibis.util.gen_name("rows"), _typed(pa.Table.from_pandas(rows)), temp=True)
    judged = judge_signals(table, replace(policy, signals=left_out.signals), on)
    found: pd.DataFrame = judged.select("borrower_id", left_out="signals").to_pandas()
    engine.disconnect()
    return found


def _typed(rows: pa.Table) -> pa.Table:
    """Return `rows` with numbers for columns of which nothing is known, as those of movement on the first day."""
    fields = [pa.field(one.name, pa.float64() if pa.types.is_null(one.type) else one.type) for one in rows.schema]
    return rows.cast(pa.schema(fields))
