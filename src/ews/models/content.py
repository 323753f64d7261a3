"""Content of a stored model: what each field of model.json is, checked before anything is made of it."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "portfolio": str,
    "features": list,
    "reasons": list,
    "slope": (int, float),
    "intercept": (int, float),
    "labels_known_by": str,
    "horizon_months": int,
    "definition": dict,
    "catalogue_version": str,
    "reference": dict,
}


def checked_content(stored: Any) -> dict[str, Any]:
    """Return what model.json says of the model; ValueError, KeyError or TypeError where no model says so."""
    content = stored["content"]
    if not isinstance(content, dict):
        message = f"its content is a {type(content).__name__}"
        raise TypeError(message)
    for name, kinds in _KINDS.items():
        value = content[name]
        if not isinstance(value, kinds) or isinstance(value, bool):
            message = f"'{name}' is a {type(value).__name__}"
            raise TypeError(message)
    for name in ("features", "reasons"):
        if not all(isinstance(one, str) for one in content[name]):
            message = f"'{name}' holds other than texts"
            raise TypeError(message)
    if not isfinite(content["slope"]) or not isfinite(content["intercept"]):
        message = "its calibration is not finite"
        raise ValueError(message)
    return content
