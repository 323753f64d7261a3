"""Used: which features a model looks at; it may have been given others that told it nothing."""

from functools import lru_cache

from ews.models.boosters import booster_of
from ews.models.frozen import FrozenModel


def used_features(model: FrozenModel) -> frozenset[str]:
    """Return the features that a tree of the model asks for; the others cannot move any pd."""
    splits = _splits(model.booster)
    return frozenset(name for name, count in zip(model.features, splits, strict=True) if count)


@lru_cache(maxsize=4)
def _splits(booster: str) -> tuple[int, ...]:
    return tuple(int(count) for count in booster_of(booster).feature_importance("split"))
