"""Stability (稳定性): whether the distribution of something has moved; the words of validation/stability.py."""

from ews.validation.stability import MOVED, MOVED_FAR, Shift, shift
from ews.validation.stability import Movement as Verdict

__all__ = ["MOVED", "MOVED_FAR", "Shift", "Verdict", "shift"]
