"""Early warning for a bank's loan book."""

__version__ = "0.1.0"
