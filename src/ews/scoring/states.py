"""States: what only a batch knows and the next one has to remember; sparse, in dates, never in counters.

Files   loan_states.parquet, episodes.parquet, levels.parquet in the folder of the batch
Grain   loans: loan_id with something to remember; episodes: (borrower_id, code) that holds, lingers, cools down or
        waits; levels: borrower_id with a level or on its way down
Replay  a function of the predecessor's folder, book, policy, as_of and known_by, which are all in the batch's id
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.errors import UnknownBatchError
from ews.scoring.seal import SUMMARY, broken

LOANS = pa.schema(
    [
        ("loan_id", pa.string()),
        ("borrower_id", pa.string()),
        ("own_tier_rank", pa.int8()),  # before debtor rules, override and what is carried
        ("tier_rank", pa.int8()),
        ("npl_since", pa.date32()),  # first day of the present spell of own tier substandard or worse
        ("cured_on", pa.date32()),  # day of the batch that found it non-performing no longer
        ("restructured_on", pa.date32()),  # newest known
        ("observed_from", pa.date32()),
        ("restructured_again", pa.bool_()),
        ("held", pa.list_(pa.string())),  # law and practice rules that held or were carried
        ("seen_on", pa.date32()),  # last as_of on which none of `held` was undecided
    ]
)
EPISODES = pa.schema(
    [
        ("borrower_id", pa.string()),
        ("code", pa.string()),
        ("level_rank", pa.int8()),
        ("since", pa.date32()),
        ("last_true_on", pa.date32()),
        ("seen_on", pa.date32()),  # last as_of on which the signal was true or false, not unknown
        ("release_on", pa.date32()),  # when its warning was or is to be handed out; null where it made none
        ("is_waiting", pa.bool_()),
    ]
)
LEVELS = pa.schema(
    [
        ("borrower_id", pa.string()),
        ("level_rank", pa.int8()),
        ("level_since", pa.date32()),
    ]
)
_FILES: Mapping[str, tuple[str, pa.Schema]] = {
    "loans": ("loan_states.parquet", LOANS),
    "episodes": ("episodes.parquet", EPISODES),
    "levels": ("levels.parquet", LEVELS),
}
SORTED_BY = {"loans": ["loan_id"], "episodes": ["borrower_id", "code"], "levels": ["borrower_id"]}


@dataclass(frozen=True, slots=True)
class States:
    """Tables of the schemas LOANS, EPISODES, LEVELS."""

    loans: pa.Table
    episodes: pa.Table
    levels: pa.Table

    def of(self, borrower_id: str) -> "States":
        """Return what is remembered of one borrower."""
        kept = (table.filter(pc.equal(table["borrower_id"], borrower_id)) for table in self.tables().values())
        return States(*kept)

    def tables(self) -> dict[str, pa.Table]:
        return {"loans": self.loans, "episodes": self.episodes, "levels": self.levels}


NOTHING = States(*(schema.empty_table() for _, schema in _FILES.values()))
"""What the first batch of a portfolio remembers."""


def read_states(folder: Path | None) -> States:
    """Return the states that the batch in `folder` left, NOTHING for None and for batches that kept none.

    UnknownBatchError where the folder is gone, or one of these files is gone or was changed.
    """
    if folder is None:
        return NOTHING
    names = [name for name, _ in _FILES.values()]
    if not (folder / SUMMARY).is_file():
        message = (
            f"The batch before this one is published, but its folder '{folder}' is gone; what it remembers of "
            "loans and warnings is needed. Restore the folder from the backup."
        )
        raise UnknownBatchError(message)
    lost = broken(folder, among=names)
    if lost:
        message = (
            f"The batch before this one remembers loans and warnings in '{folder / lost[0]}', which is gone or was "
            "changed. Restore the folder from the backup."
        )
        raise UnknownBatchError(message)
    return States(
        *(
            pq.read_table(folder / name, schema=schema) if (folder / name).is_file() else schema.empty_table()
            for name, schema in _FILES.values()
        )
    )


def write_states(folder: Path, states: States) -> None:
    """Write the files of `states`, sorted."""
    for part, table in states.tables().items():
        name, schema = _FILES[part]
        ordered = table.select(schema.names).cast(schema).sort_by([(key, "ascending") for key in SORTED_BY[part]])
        pq.write_table(ordered, folder / name, compression="zstd")
