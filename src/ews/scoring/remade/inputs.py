"""Inputs of a past batch, each found again and proven to be the one that the batch was made from.

Key       batch.json, which has to hash to the id of the batch
Book      the same, or cut out of what it has grown into (events.editions)
Model     from the home, by its hash; policy from the home, by its hash
Casework  overrides and findings from the folder of the batch, by their hash
Before    what the predecessor left, from its folder, sealed; the rows compared with, from the store
Code      told where it is not the one that made the batch: it cannot be had again from here
"""

from dataclasses import dataclass
from pathlib import Path

from ews.domain.errors import BookError, PolicyError, TamperedError, UnknownBatchError
from ews.events.editions import Edition, open_edition
from ews.features.catalogue import FEATURES
from ews.models.champion import stored_model
from ews.models.frozen import FrozenModel
from ews.policy.policy import Policy, read_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.casework_known import CaseworkKnown, read_casework
from ews.scoring.folder import ScoredBatch, read_batch
from ews.scoring.identity import BatchKey
from ews.scoring.seal import SUMMARY, broken, erased_on, purged_on
from ews.store.batches import find_batch
from ews.store.engine import Store

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Inputs:
    """`changed` are the files of the batch that are gone or not those that were written."""

    batch: ScoredBatch
    edition: Edition
    model: FrozenModel
    policy: Policy
    casework: CaseworkKnown
    changed: tuple[str, ...]

    @property
    def erased(self) -> tuple[str, ...]:
        """The days on which persons were taken out of the batch."""
        return erased_on(self.batch.directory)

    @property
    def key(self) -> BatchKey:
        return self.batch.key


def inputs_of(home: Path, store: Store, batch_id: str, book: Path | None) -> Inputs:
    """Return what a published batch was made from.

    UnknownBatchError, BookError, ModelError or PolicyError where a part is gone or changed, TamperedError where the
    folder of the batch says something else than its id.
    """
    batch = stored_batch(home, store, batch_id)
    casework = read_casework(batch.directory)
    if casework.casework_id != batch.key.casework_id and (days := erased_on(batch.directory)):
        message = (
            f"Personal data was taken out of what batch '{batch_id}' was made with ({', '.join(days)}): it cannot be "
            "made again."
        )
        raise UnknownBatchError(message)
    if casework.casework_id != batch.key.casework_id:
        message = (
            f"The overrides and findings in '{batch.directory}' are not those that batch '{batch_id}' was made with. "
            "Restore the folder from the backup."
        )
        raise TamperedError(message)
    model = stored_model(home, batch.key.portfolio, batch.key.model_id)
    policy = stored_policy(home, batch.key.policy_hash)
    if book is None:
        message = (
            f"Nobody knows where the book of portfolio '{batch.key.portfolio}' lies; the decision was made from book "
            f"{batch.key.book_id[:_SHOWN]}. Name its folder with --book."
        )
        raise BookError(message)
    edition = open_edition(book, home, batch.key.book_id, batch.key.known_by)
    if edition.book.manifest.portfolio != batch.key.portfolio:
        message = (
            f"The book in '{book}' is of portfolio '{edition.book.manifest.portfolio}', the decision of "
            f"'{batch.key.portfolio}'. Name the book that it was made from."
        )
        raise BookError(message)
    return Inputs(batch, edition, model, policy, casework, broken(batch.directory))


def stored_batch(home: Path, store: Store, batch_id: str) -> ScoredBatch:
    """Return a published batch as its folder tells it.

    UnknownBatchError where there is none or its folder is gone, TamperedError where that tells of another batch.
    """
    directory = home / find_batch(store, batch_id).batch.directory
    if (day := purged_on(directory)) is not None:
        message = f"Batch '{batch_id}' was purged on {day}, its term being over: it cannot be made again."
        raise UnknownBatchError(message)
    if not (directory / SUMMARY).is_file():
        message = f"Batch '{batch_id}' is published, but '{directory / SUMMARY}' is gone. Restore it from the backup."
        raise UnknownBatchError(message)
    batch = read_batch(directory)
    if batch.batch_id != batch_id:
        message = (
            f"'{directory / SUMMARY}' was changed: the inputs that it names make batch '{batch.batch_id}', not "
            f"'{batch_id}'. Restore it from the backup."
        )
        raise TamperedError(message)
    return batch


def stored_policy(home: Path, policy_hash: str) -> Policy:
    """Return the policy that decided; PolicyError where it was not kept, was changed, or cannot be read any more."""
    folder = home / "policies" / policy_hash
    if not folder.is_dir():
        message = f"Policy {policy_hash[:_SHOWN]} is not kept in '{folder.parent}'. Restore the folder from the backup."
        raise PolicyError(message)
    policy = read_policy(folder, vocabulary_of(FEATURES))
    if policy.hash != policy_hash:
        message = (
            f"The policy in '{folder}' was changed: its content has the hash {policy.hash[:_SHOWN]}…. Restore the "
            "folder from the backup."
        )
        raise PolicyError(message)
    return policy
