"""Remake: a past batch made again in another folder, and laid beside what was stored.

Whole   peers, the network, the queue of warnings and each circle come from the batch, so that no decision of it can be
        made again alone: all of it is, however few borrowers are asked for
Same    the decision of a borrower: each row of theirs in each file, the record, and the row of the store;
        the batch: each file, byte for byte, and what batch.json says of it. Another version of the code may pack the
        same rows otherwise, or tell more of them: told, and no difference
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ews.domain.progress import Progress, silent
from ews.domain.version import code_version
from ews.scoring.batch import given_of, write_batch
from ews.scoring.folder import ScoredBatch, read_batch
from ews.scoring.remade.differences import Difference, Files, files_beside, in_store, of_borrower, others_that_differ
from ews.scoring.remade.inputs import Inputs
from ews.store.engine import Store


@dataclass(frozen=True, slots=True)
class Remade:
    """`decisions` are the differences by borrower asked for, empty where the decision is the same.

    `differing` are borrowers of the batch whose decision is another, whoever was asked for; `code` is the version that
    made it again.
    """

    inputs: Inputs
    files: Files
    decisions: dict[str, tuple[Difference, ...]]
    differing: tuple[str, ...]
    code: str

    @property
    def by_another_code(self) -> bool:
        return self.code != self.inputs.key.code_version

    @property
    def same_batch(self) -> bool:
        """Tell whether every file is the same: byte for byte by the code that wrote it, in its rows by another."""
        alike = self.files.same_rows if self.by_another_code else self.files.same_bytes
        return alike and not self.inputs.changed and not self.differing

    @property
    def same(self) -> bool:
        """Tell whether what was asked for is the same: the decisions named, else the whole batch."""
        return not any(self.decisions.values()) if self.decisions else self.same_batch


def remake(
    home: Path, store: Store, inputs: Inputs, work: Path, asked: Sequence[str] = (), progress: Progress = silent
) -> Remade:
    """Make the batch of `inputs` again below `work` and compare; UnknownBorrowerError for whoever is not in it."""
    made = made_again(home, store, inputs, work, progress)
    stored, batch_id, anew = inputs.batch.directory, inputs.batch.batch_id, made.directory
    code = code_version()
    later = code != inputs.key.code_version
    decisions = {
        one: (
            *of_borrower(stored, anew, one, later=later),
            *in_store(store, batch_id, anew, one, later=later),
        )
        for one in asked
    }
    files = files_beside(stored, anew, later=later)
    differing = () if files.same_rows else others_that_differ(stored, anew, later=later)
    return Remade(inputs, files, decisions, differing, code)


def made_again(home: Path, store: Store, inputs: Inputs, work: Path, progress: Progress = silent) -> ScoredBatch:
    """Make the batch of `inputs` again below `work`."""
    directory = work / inputs.batch.directory.name
    work.mkdir(parents=True, exist_ok=True)
    given = given_of(home, store, inputs.key, inputs.casework)
    write_batch(inputs.edition.book, directory, inputs.key, given, inputs.model, inputs.policy, progress)
    return read_batch(directory)
