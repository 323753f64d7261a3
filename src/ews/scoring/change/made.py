"""Made: the features of both batches made again by the present code, so that a change of definition can be parted.

Reads   the book as it was for each batch (events.editions), with the findings that the batch was made with
"""

from pathlib import Path

import pandas as pd

from ews.domain.progress import Progress, silent
from ews.events.editions import open_edition
from ews.features.build import build_features
from ews.features.window import spine_on
from ews.scoring.casework_known import read_casework, with_casework
from ews.scoring.change.ends import End
from ews.scoring.change.pd_move import Made


def made_of(home: Path, book: Path, ends: tuple[End, End], progress: Progress = silent) -> Made:
    """Return the features of everybody in both books; BookError where a book cannot be had as it was."""
    return Made(*(features_of(home, book, end, progress) for end in ends))


def features_of(home: Path, directory: Path, end: End, progress: Progress = silent) -> pd.DataFrame:
    """Return the features of everybody in the book as it was for one batch, by borrower_id."""
    key = end.batch.key
    book = open_edition(directory, home, key.book_id, key.known_by).book
    book = with_casework(book, read_casework(end.batch.directory))
    table = build_features(book, spine_on(book, [key.as_of], known_by=key.known_by), progress=progress)
    frame: pd.DataFrame = table.drop("as_of").to_pandas()
    return frame.set_index("borrower_id").astype("float64")
