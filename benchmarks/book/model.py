"""A model of the served form, made in a moment: what it learnt means little, what it costs is real.

Learnt  from the features that the pattern of the large book has at its month ends; who fails is drawn by chance from
        a few of them, so that the trees use all kinds of features and the pds spread over the grades
Shape   200 trees of 31 leaves, as training makes them at most
"""

from datetime import timedelta
from pathlib import Path

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from ews.events.book import open_book
from ews.features.build import build_features
from ews.features.catalogue import FEATURES, VERSION
from ews.features.window import spine_on
from ews.models.frozen import FrozenModel
from ews.outcomes.definition import Definition

TREES, LEAVES, SNAPSHOTS, SEED = 200, 31, 6, 9
NAMES = tuple(feature.name for feature in FEATURES)


def model_of(pattern: Path) -> FrozenModel:
    """Return a model for the book of which `pattern` is copied; the same each time."""
    book = open_book(pattern, threads=2)
    last = book.manifest.extracted_on
    days = [last]
    while len(days) < SNAPSHOTS:
        days.insert(0, days[0].replace(day=1) - timedelta(days=1))
    features = build_features(book, spine_on(book, days)).order_by("borrower_id", "as_of")
    matrix = features.select(*NAMES).to_pandas().to_numpy(dtype=np.float64, na_value=np.nan)
    parameters = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "min_data_in_leaf": 20,
        "learning_rate": 0.05,
        "seed": SEED,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2,
        "verbosity": -1,
    }
    data = lgb.Dataset(matrix, label=_fails(matrix), feature_name=list(NAMES))
    booster = lgb.train(parameters, data, num_boost_round=TREES).model_to_string()
    reasons = tuple(feature.reason.value for feature in FEATURES)
    definition = Definition().as_dict()
    return FrozenModel(book.manifest.portfolio, booster, NAMES, reasons, 1.0, 0.0, days[0], 12, definition, VERSION)


def _fails(matrix: NDArray[np.float64]) -> NDArray[np.int64]:
    rng = np.random.default_rng(SEED)
    known = ~np.isnan(matrix).all(axis=0)
    matrix = matrix[:, known]
    spread = np.nanstd(matrix, axis=0)
    told = spread > 0
    scaled = np.nan_to_num((matrix[:, told] - np.nanmean(matrix[:, told], axis=0)) / spread[told]).clip(-3, 3)
    margin = scaled @ rng.normal(size=scaled.shape[1]) / np.sqrt(scaled.shape[1]) * 2 - 3
    fails: NDArray[np.int64] = (rng.random(len(matrix)) < 1 / (1 + np.exp(-margin))).astype(np.int64)
    return fails
