"""Errors that users meet: each says what is wrong, which value, and what to do.

Every error has a stable `code` (kebab-case). The service maps codes to HTTP statuses in one table;
the command line prints the message and ends with `exit_status`.
"""

from typing import ClassVar


class EwsError(Exception):
    """Root of the errors that are the user's to mend."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 2


class UnknownBorrowerError(EwsError):
    code = "unknown-borrower"


class UnknownBatchError(EwsError):
    code = "unknown-batch"


class BookError(EwsError):
    """The book is missing, damaged, or does not reach the day asked for."""

    code = "bad-book"


class SparkError(EwsError):
    """Spark, Java or a worker of the cluster cannot do what is asked."""

    code = "bad-spark"


class SourceError(EwsError):
    """Raw files or the SQL over them cannot be used."""

    code = "bad-source"


class RejectedShareError(EwsError):
    """More rows were rejected than the source allows; nothing was published."""

    code = "too-many-rejected"
    exit_status = 3


class AsOfError(EwsError):
    """The day asked for lies outside what the book covers."""

    code = "bad-as-of"


class PolicyError(EwsError):
    """A parameter, rule or condition of the policy cannot be used."""

    code = "bad-policy"


class RecipeError(EwsError):
    code = "bad-recipe"


class TrainingDataError(EwsError):
    """The book holds too little to learn from."""

    code = "cannot-train"


class ModelError(EwsError):
    """A stored model is missing, damaged, or does not fit the features."""

    code = "bad-model"


class TrackingError(EwsError):
    """MLflow cannot be reached, or does not take what is recorded."""

    code = "no-tracking"


class ImmatureModelError(EwsError):
    """The model learnt from labels that were not known on the day to be scored."""

    code = "immature-model"


class ReconciliationError(EwsError):
    """Totals do not tie; nothing was published."""

    code = "does-not-reconcile"
    exit_status = 3


class RequestError(EwsError):
    """A request to the service holds a value that cannot be used."""

    code = "bad-request"


class SettingsError(EwsError):
    code = "bad-settings"


class AccountError(EwsError):
    """An account or token is unknown, or cannot be made so."""

    code = "bad-account"


class UnauthenticatedError(EwsError):
    """Nobody is logged in, or the password, token or session does not hold."""

    code = "unauthenticated"


class ForbiddenError(EwsError):
    """The role does not allow it."""

    code = "forbidden"


class UnknownCaseError(EwsError):
    """There is no such case, or none that the actor may know of: both are told alike."""

    code = "unknown-case"


class StaleVersionError(EwsError):
    """Somebody else has changed the case since it was read."""

    code = "stale-version"


class TransitionError(EwsError):
    """The case is in a state from which this is not done."""

    code = "not-allowed-now"


class SecondPersonError(EwsError):
    """Another person, or a more senior one, has to do it."""

    code = "second-person"


class FormError(EwsError):
    """A form, or a field of it, is unknown, missing or of the wrong kind."""

    code = "bad-form"


class ContactError(EwsError):
    """The contact limits forbid it."""

    code = "contact-not-allowed"


class TamperedError(EwsError):
    """The record does not agree with itself."""

    code = "tampered"
    exit_status = 3
