"""Boosters: LightGBM's own reading of a booster's text.

Lazy   lightgbm is imported when the first booster is read: with scikit-learn behind it that takes seconds, which a
       service that has not been asked anything yet does not have
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from ews.domain.errors import ModelError

if TYPE_CHECKING:
    import lightgbm as lgb


@lru_cache(maxsize=8)
def booster_of(text: str) -> "lgb.Booster":
    """Return the booster whose text this is, read once; ModelError where it cannot be."""
    import lightgbm as lgb  # noqa: PLC0415 - see above

    try:
        return lgb.Booster(model_str=text)
    except lgb.basic.LightGBMError as error:
        message = f"The model's booster cannot be read ({error}). Train again or restore the model's files."
        raise ModelError(message) from error
