"""Identity of a batch: the hash of everything that its decisions depend on.

Same inputs give the same id, and the same id the same bytes, so that a batch that was broken off or asked for
twice is recognised.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BatchKey:
    """`compared_id` is the batch that movement is measured against, `predecessor_id` the newest one before.

    `casework_id` stands for the overrides and findings that count (scoring.casework_known), empty where there is none:
    such a batch has the id that it had before there was casework.
    """

    portfolio: str
    book_id: str
    as_of: date
    known_by: date
    model_id: str
    policy_hash: str
    code_version: str
    predecessor_id: str | None
    compared_id: str | None
    casework_id: str = ""

    @property
    def batch_id(self) -> str:
        """32 hex digits."""
        parts = {name: value for name, value in asdict(self).items() if name != "casework_id" or value}
        text = json.dumps(parts, sort_keys=True, default=date.isoformat)
        return hashlib.sha256(text.encode()).hexdigest()[:32]
