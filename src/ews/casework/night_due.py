"""Night due: what a night of casework is done for, by which one that is still to do is told from one that is done."""

import json

from ews import __version__
from ews.casework.desk import Desk
from ews.store.batches import latest_batches

STEP = "casework"
"""What the night is kept under."""


def due_now(desk: Desk) -> str:
    """Return what a night is done for: where all of it is the same, the same is asked of everybody."""
    today = desk.now().date()
    batches = [[one.batch.portfolio, one.number] for one in latest_batches(desk.store)]
    return json.dumps([today.isoformat(), batches, desk.policy_on(today).hash, __version__], ensure_ascii=False)
