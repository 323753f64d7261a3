import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from ews.domain.errors import UnknownBatchError
from ews.scoring.seal import SUMMARY, digest
from ews.scoring.states import EPISODES, LEVELS, LOANS, NOTHING, States, read_states, write_states

DAY = date(2026, 6, 30)


def loan(loan_id: str, borrower_id: str) -> dict[str, object]:
    return {"loan_id": loan_id, "borrower_id": borrower_id, "own_tier_rank": 2, "held": ["OVERDUE_90"], "seen_on": DAY}


STATES = States(
    pa.Table.from_pylist([loan("L2", "B2"), loan("L1", "B1")], LOANS),
    pa.Table.from_pylist([{"borrower_id": "B2", "code": "LATE", "since": DAY, "is_waiting": True}], EPISODES),
    pa.Table.from_pylist([{"borrower_id": "B1", "level_rank": 3, "level_since": DAY}], LEVELS),
)


def sealed(folder: Path) -> Path:
    """Write the summary of a batch that has these files."""
    files = {path.name: digest(path) for path in folder.iterdir()}
    (folder / SUMMARY).write_text(json.dumps({"files": files}))
    return folder


def test_what_a_batch_leaves_is_read_sorted_by_the_next(tmp_path: Path):
    write_states(tmp_path, STATES)
    sealed(tmp_path)
    found = read_states(tmp_path)
    assert found.loans["loan_id"].to_pylist() == ["L1", "L2"]
    assert found.episodes.equals(STATES.episodes)
    assert found.levels.equals(STATES.levels)


def test_one_borrower_takes_only_its_own():
    own = STATES.of("B1")
    assert [len(table) for table in own.tables().values()] == [1, 0, 1]


def test_the_first_batch_and_one_that_kept_nothing_remember_nothing(tmp_path: Path):
    assert read_states(None) == NOTHING
    assert [len(table) for table in read_states(sealed(tmp_path)).tables().values()] == [0, 0, 0]


def test_a_predecessor_whose_folder_is_gone_is_an_error_that_says_what_to_do(tmp_path: Path):
    with pytest.raises(UnknownBatchError, match=r"is gone.*Restore the folder from the backup"):
        read_states(tmp_path / "2026-05-31-gone")


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_predecessor_whose_memory_is_lost_is_an_error_and_cures_nobody(tmp_path: Path, is_gone: bool):
    write_states(tmp_path, STATES)
    sealed(tmp_path)
    lost = tmp_path / "loan_states.parquet"
    if is_gone:
        lost.unlink()
    else:
        lost.write_bytes(b"PAR1")
    with pytest.raises(UnknownBatchError, match=r"loan_states\.parquet', which is gone or was changed\. Restore"):
        read_states(tmp_path)
