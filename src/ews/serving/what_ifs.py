"""What-ifs: what answers for feature values that are not those of the book, handed to the services at the edge."""

from collections.abc import Callable
from dataclasses import dataclass

from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError
from ews.domain.text import sentence
from ews.scoring.what_if import Peer, Values, WhatIf


@dataclass(frozen=True, slots=True)
class WhatIfs:
    """Called by several threads at once; their EwsErrors become problems.

    `of_borrower` takes a published decision and the values that stand in place of its own, `of_values` the id of a
    batch, all values that its model asks, and among whom they are compared.
    """

    of_borrower: Callable[[Decision, Values], WhatIf]
    of_values: Callable[[str, Values, Peer], WhatIf]


def _no_batch(batch_id: str) -> UnknownBatchError:
    message = sentence("The records of batch '{batch_id}' are not here. Restore the home.", batch_id=batch_id)
    return UnknownBatchError(message)


def _of_no_borrower(decision: Decision, values: Values) -> WhatIf:  # noqa: ARG001 - as WhatIfs has it
    raise _no_batch(decision.batch_id)


def _of_no_values(batch_id: str, values: Values, peer: Peer) -> WhatIf:  # noqa: ARG001 - likewise
    raise _no_batch(batch_id)


NO_WHAT_IFS = WhatIfs(_of_no_borrower, _of_no_values)
"""Know the folder of no batch."""
