"""Portfolios: what is said of one that has no batch, the same on every route."""

from ews.store.batches import check_portfolio
from ews.store.engine import Store, reading


def require_portfolio(store: Store, portfolio: str | None) -> None:
    """Raise RequestError where nothing is published for `portfolio`; None stands for any."""
    if portfolio is None:
        return
    with reading(store) as connection:
        check_portfolio(connection, portfolio)
