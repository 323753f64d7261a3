"""Base batch: the published batch that a decision on the spot rests on."""

from datetime import date, timedelta

from ews.domain.errors import RequestError, UnknownBatchError, UnknownBorrowerError
from ews.serving.portfolios import require_portfolio
from ews.store.batches import latest_batch, latest_batches, predecessor
from ews.store.engine import Store
from ews.store.publications import Batch
from ews.store.standings import borrower_decision


def base_batch(store: Store, borrower_id: str, portfolio: str | None, as_of: date | None) -> Batch:
    """Return the newest batch up to `as_of`, of `portfolio` or else of the borrower's own.

    UnknownBatchError where none is published; RequestError where the portfolio is unknown or cannot be told.
    """
    require_portfolio(store, portfolio)
    chosen = portfolio or _portfolio_of(store, borrower_id)
    if as_of is None or as_of == date.max:
        found = latest_batch(store, chosen)
    else:
        found = predecessor(store, chosen, as_of + timedelta(days=1))
    if found is None:
        until = "" if as_of is None else f" up to {as_of}"
        message = f"Portfolio '{chosen}' has no published batch{until}. Score its book first, or name another day."
        raise UnknownBatchError(message)
    return found.batch


def _portfolio_of(store: Store, borrower_id: str) -> str:
    portfolios = [one.batch.portfolio for one in latest_batches(store)]
    if not portfolios:
        message = "No batch is published yet, so there are no peers to compare with. Score a book first."
        raise UnknownBatchError(message)
    if len(portfolios) == 1:
        return portfolios[0]
    try:
        return borrower_decision(store, borrower_id).standing.portfolio
    except UnknownBorrowerError:
        listed = ", ".join(f"'{one}'" for one in portfolios)
        message = f"Borrower '{borrower_id}' is new and there are several portfolios: {listed}. Name the portfolio."
        raise RequestError(message) from None
