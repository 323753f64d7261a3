"""Guarantees: the rows of table `guarantees`.

Grain   one row per guarantee
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ews.simulation.draws import Draws
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population
from ews.simulation.months import Months
from ews.simulation.rows.columns import dates, ids


def guarantee_rows(network: Network, people: Population, months: Months, draws: Draws) -> Mapping[str, pa.Array]:
    """Return the rows of table `guarantees`."""
    number = np.arange(len(network.guarantor))
    in_month = 5 + draws.below(20, "guarantees.day", number)
    latest = np.maximum(people.customer_since[network.guarantor], people.customer_since[network.borrower])
    starts_on = np.maximum(months.first_day(network.starts) + in_month, latest)
    return {
        "guarantee_id": ids("G", number + 1, 7),
        "guarantor_id": ids("B", network.guarantor + 1, 7),
        "borrower_id": ids("B", network.borrower + 1, 7),
        "amount": pa.array(network.amount),
        "starts_on": dates(starts_on),
        "ends_on": dates(months.first_day(network.ends) + in_month),
    }
