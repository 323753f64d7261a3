"""A batch: the decisions of one day over the whole book, written once and published whole.

Order   features, pd, reasons, policy, exhibits → Parquet under the batch's id → totals tie → commit in the store
Killed  before the commit nothing is visible; the next run removes what was half written and takes up what was whole
Again   the same inputs give the same id; a batch that is published already is left as it is
Late    a day that was scored before: what the book's change left untouched is taken up (scoring.again), same bytes
Casework overrides and findings count as they were known by known_by, and are among the inputs
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock

from ews.domain.errors import AsOfError, ImmatureModelError, UnknownBatchError
from ews.domain.progress import Progress, silent
from ews.domain.version import code_version
from ews.events.book import Book, open_book
from ews.events.editions import keep_edition
from ews.features.window import spine_on
from ews.models.frozen import FrozenModel
from ews.policy.archive import keep
from ews.policy.policy import Policy
from ews.scoring.again.earlier import begin, earlier_of
from ews.scoring.again.keeping import Keeping, without
from ews.scoring.again.told import Again
from ews.scoring.casework_known import CaseworkKnown, casework_counts, casework_on, with_casework
from ews.scoring.decide import decide, records_of
from ews.scoring.decided import Compared, Given
from ews.scoring.exhibits.record import exhibits_of
from ews.scoring.folder import ScoredBatch, clear_broken, read_batch, read_parts, write_folder
from ews.scoring.identity import BatchKey
from ews.scoring.reconcile import reconcile
from ews.scoring.seal import is_sound
from ews.scoring.states import read_states
from ews.store.audit_log import Log
from ews.store.batches import comparison, find_batch, predecessor
from ews.store.engine import Store
from ews.store.findings import findings_known_by
from ews.store.overrides import overrides_known_by
from ews.store.publications import Batch
from ews.store.publish import publish_parts
from ews.store.standings import previous_rows

_FEEDS = ("ledger", "instalments", "payments", "transactions", "card_statements")
"""Tables whose span says which days the book can speak of; loans and accounts reach back much further."""


def score_book(  # noqa: PLR0913 - each is an input of the batch, or where it is written
    book_directory: Path,
    home: Path,
    store: Store,
    model: FrozenModel,
    policy: Policy,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
    audit: Log | None = None,
    opening: Callable[[Path], Book] = open_book,
    full: bool = False,
    progress: Progress = silent,
) -> ScoredBatch:
    """Decide on every borrower of the book at the end of day `as_of` (default: the day of extraction) and publish.

    `known_by` (default: as_of) is the day until which the bank's knowledge counts, that of casework among it. With
    `audit` the log proves what was published. `opening` says in which engine the book is worked out. `full` decides
    anew on all though the day was scored before; the bytes are the same.
    """
    book = opening(book_directory)
    day = as_of or book.manifest.extracted_on
    by = known_by or day
    _check_days(book, day, by, model)
    root = home / "decisions" / book.manifest.portfolio
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".lock"):  # two operators: the second waits, then finds the batch published
        casework = _casework(store, book.manifest.portfolio, day, by)
        key = _key(book, store, model, policy, day, by, casework)
        directory = root / f"{day.isoformat()}-{key.batch_id}"
        keep(home, policy)
        keep_edition(home, book.manifest)
        published = _is_published(store, key.batch_id)
        clear_broken(root, keep=(directory,), published=partial(_is_published, store))
        again = None
        if not is_sound(directory):
            given, keeping = given_of(home, store, key, casework), _keeping(home, store, key, directory, full=full)
            again = write_batch(book, directory, key, given, model, policy, progress, keeping)
        batch = replace(read_batch(directory, fresh=not published), again=again)
        if not published:
            row = batch_row(batch, home, book_directory)
            publish_parts(store, row, read_parts(directory), audit=audit, progress=progress)
    return batch


def _check_days(book: Book, as_of: date, known_by: date, model: FrozenModel) -> None:
    first = min((bounds[0] for bounds in map(book.covered, _FEEDS) if bounds is not None), default=None)
    last = book.manifest.extracted_on
    if as_of > last or (first is not None and as_of < first):
        message = (
            f"The book covers {first} to {last}; {as_of} lies outside. "
            f"Ask for an as_of in between or import an extract that reaches it."
        )
        raise AsOfError(message)
    if not as_of <= known_by <= last:
        message = f"known_by {known_by} must lie between as_of {as_of} and the day of extraction {last}."
        raise AsOfError(message)
    if model.labels_known_by > as_of:
        message = (
            f"The champion learnt from outcomes known until {model.labels_known_by}, after {as_of}. "
            f"Score {model.labels_known_by} or later, or train with --known-by {as_of}."
        )
        raise ImmatureModelError(message)


def _casework(store: Store, portfolio: str, as_of: date, known_by: date) -> CaseworkKnown:
    overrides, findings = (read(store, portfolio, known_by) for read in (overrides_known_by, findings_known_by))
    return casework_on(as_of, overrides, findings)


def _key(
    book: Book,
    store: Store,
    model: FrozenModel,
    policy: Policy,
    as_of: date,
    known_by: date,
    casework: CaseworkKnown,
) -> BatchKey:
    portfolio = book.manifest.portfolio
    before = predecessor(store, portfolio, as_of, known_by=known_by)
    compared = comparison(store, portfolio, as_of, known_by=known_by)
    return BatchKey(
        portfolio=portfolio,
        book_id=book.manifest.book_id,
        as_of=as_of,
        known_by=known_by,
        model_id=model.model_id,
        policy_hash=policy.hash,
        code_version=code_version(),
        predecessor_id=None if before is None else before.batch.batch_id,
        compared_id=None if compared is None else compared.batch.batch_id,
        casework_id=casework.casework_id,
    )


def _keeping(home: Path, store: Store, key: BatchKey, directory: Path, *, full: bool) -> Keeping:
    return Keeping(begin(directory), earlier_of(home, store, key, full=full))


def given_of(home: Path, store: Store, key: BatchKey, casework: CaseworkKnown) -> Given:
    """Return what the batch of `key` starts from besides the book; errors as in `read_states` and `find_batch`."""
    before, compared = (
        None if batch_id is None else find_batch(store, batch_id).batch
        for batch_id in (key.predecessor_id, key.compared_id)
    )
    return Given(
        None if compared is None else compared_with(store, compared),
        read_states(None if before is None else home / before.directory),
        casework,
    )


def compared_with(store: Store, batch: Batch, of: Sequence[str] | None = None) -> Compared:
    """Return what movement is measured against, of all or of some borrowers."""
    return Compared(batch.batch_id, batch.as_of, batch.model_id, previous_rows(store, batch.batch_id, of).to_pandas())


def _is_published(store: Store, batch_id: str) -> bool:
    try:
        find_batch(store, batch_id)
    except UnknownBatchError:
        return False
    return True


def write_batch(
    book: Book,
    directory: Path,
    key: BatchKey,
    given: Given,
    model: FrozenModel,
    policy: Policy,
    progress: Progress = silent,
    keeping: Keeping | None = None,
) -> Again | None:
    """Decide by `key` and write the folder of the batch; ReconciliationError where its totals do not tie.

    With `keeping` what an earlier batch of the day left is taken up, and told; the folder is the same without.
    """
    casework = given.casework
    book = with_casework(book, casework)
    if keeping is not None:
        book = keeping.shelved(book, casework)
    spine = spine_on(book, [key.as_of], known_by=key.known_by)
    decided = decide(book, spine, model, policy, given=given, progress=progress)
    totals = reconcile(book, decided, key.as_of, key.known_by)
    standing = None if keeping is None else keeping.standing(decided, key.batch_id)
    decisions = records_of(
        without(decided, standing),
        batch_id=key.batch_id,
        portfolio=key.portfolio,
        spine=spine,
        known_by=key.known_by,
        model=model,
        policy=policy,
    )
    counts = casework_counts(book, casework, key.known_by)
    progress("exhibits", 0, 1)
    exhibits = exhibits_of(book, spine, decided)
    progress("exhibits", 1, 1)
    write_folder(
        directory,
        key,
        decided,
        totals,
        decisions,
        exhibits,
        policy=policy,
        casework=counts,
        progress=progress,
        standing=standing,
    )
    return None if keeping is None else keeping.finish(book, directory, standing, decided)


def batch_row(batch: ScoredBatch, home: Path, book_directory: Path) -> Batch:
    """Return the batch as it is handed in for publication."""
    totals = asdict(batch.totals)
    for name in ("ledger_fen", "findings_not_understood"):
        del totals[name]
    summary: dict[str, Any] = {
        "book": str(book_directory.resolve()),
        "blind": batch.blind,
        "ledger_fen": batch.totals.ledger_fen,
        "findings_not_understood": batch.totals.findings_not_understood,
        "provisions": dict(batch.provisions),
        "caseload": dict(batch.caseload),
        "casework": dict(batch.casework),
    }
    key = asdict(batch.key)
    summary["casework_id"] = key.pop("casework_id")
    return Batch(
        **key,
        **totals,
        batch_id=batch.batch_id,
        directory=batch.directory.relative_to(home).as_posix(),
        summary=summary,
    )
