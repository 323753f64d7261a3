"""Whatever a page can refuse is raised with a sentence that has its translation."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Set
from pathlib import Path

import ews
from ews.domain.errors import EwsError

ROOT = Path(ews.__file__).parent
REACHED = ("casework", "monitoring", "scoring/change", "scoring/lookup.py", "models/champion.py", "serving", "store")
"""What pages call; the policy desk of `cli` is looked at beside it."""
MAKERS = {"sentence", "message_of"}
OF_FAULTS = {"FaultyFormError"}
"""Made of faults, each of which has a sentence by its type."""

NEVER_SHOWN = {
    "casework/approvals/proposal.py": "the service was put together without its hands: for whoever did so",
    "casework/neighbours/webhooks.py": "receivers are set up by the API and the command line",
    "casework/warnings/intake.py": "of a batch that is published, by whoever runs it",
    "serving/api/cases.py": "filters of an API's list",
    "serving/api/checks.py": "filters of an API's list",
    "serving/api/evidence.py": "a setting is missing: told to those who run the service",
    "serving/api/forms.py": "a parameter of an API's list",
    "serving/api/health.py": "asked by machines",
    "serving/api/oidc_login.py": "below /v1, told as JSON",
    "serving/api/review_files.py": "below /v1, told as JSON",
    "serving/base_batch.py": "deciding on the spot is the API's",
    "serving/branch_names.py": "before there are pages",
    "serving/credentials.py:identify_by": "advice says all: log in",
    "serving/credentials.py:find": "advice says all: log in",
    "serving/credentials.py:_token": "advice says all: log in",
    "serving/footing.py": "asked by machines",
    "serving/oidc.py": "below /v1, told as JSON",
    "serving/pages/borrower/seen.py": "advice says all: log in",
    "serving/pages/portfolio/book.py:looker": "advice says all: log in",
    "serving/policy_desk.py": "the service was put together without its desk: for whoever did so",
    "serving/server.py": "before there are pages",
    "store/accounts.py:add_user": "accounts are opened at the command line",
    "store/accounts.py:_check_id": "accounts are opened at the command line",
    "store/accounts.py:_check": "accounts are opened at the command line",
    "store/accounts.py:_check_officer": "accounts are opened at the command line",
    "store/accounts.py:_check_subject": "accounts are opened at the command line",
    "store/audit_check.py": "checked at the command line",
    "store/audit_key.py": "before there are pages",
    "store/audit_log.py": "before there are pages",
    "store/audit_rows.py": "checked at the command line",
    "store/engine.py": "before there are pages",
    "store/entrance.py:entered_by_password": "the page of the login says it in its own words",
    "store/entrance.py:actor_by_oidc": "below /v1, told as JSON",
    "store/entrance.py:actor_by_token": "asked by machines",
    "store/migrate.py": "before there are pages",
    "store/publish.py": "of a batch that is published, by whoever runs it",
    "store/publish_parts.py": "of a batch that is published, by whoever runs it",
    "store/receivers.py": "receivers are set up by the API and the command line",
    "store/tokens.py": "tokens are made at the command line",
    "store/backup_files.py": "told by ews restore",
    "store/sessions.py:actor_by_session": "advice says all: log in",
    "store/sessions.py:start_session": "the page of the login says it in its own words",
    "store/redaction.py": "told by ews forget and ews purge",
    "store/snapshot.py": "told by ews backup",
}
"""Modules, or functions in them, whose errors no page tells in their own words, and why."""


def errors() -> frozenset[str]:
    """Return the names of all errors that are the user's to mend."""
    names, left = set(), [EwsError]
    for package in ("serving", "store", "casework"):
        for one in pkgutil.walk_packages([str(ROOT / package)], f"ews.{package}."):
            if not one.ispkg and "migrations" not in one.name:
                importlib.import_module(one.name)
    while left:
        found = left.pop()
        names.add(found.__name__)
        left += found.__subclasses__()
    return frozenset(names)


ERRORS = errors()


def modules() -> Iterator[Path]:
    for name in REACHED:
        yield from sorted((ROOT / name).rglob("*.py")) if (ROOT / name).is_dir() else [ROOT / name]


def raised() -> Iterator[tuple[str, str, bool]]:
    """Yield module and function of each error that is raised or returned, and whether a sentence says it."""
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        makers = MAKERS | {
            one.name for one in functions_of(tree) if one.returns and "Sentence" in ast.unparse(one.returns)
        }
        for function in functions_of(tree):
            for call in calls_in(function):
                yield path.relative_to(ROOT).as_posix(), function.name, is_sentence(call.args[0], function, makers)


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls_in(function: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        made = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Return) else None
        if isinstance(made, ast.Call) and made.args and names_an_error(made.func):
            yield made


def names_an_error(function: ast.expr) -> bool:
    named = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return bool(named & (ERRORS - OF_FAULTS))


def is_sentence(message: ast.expr, function: ast.AST, makers: Set[str]) -> bool:
    """Tell whether a message is made by one of `makers`, here or where its name is given in the function."""
    if isinstance(message, ast.Call):
        return isinstance(message.func, ast.Name) and message.func.id in makers
    if not isinstance(message, ast.Name):
        return False
    given = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and message.id in {one.id for one in node.targets if isinstance(one, ast.Name)}
    ]
    return bool(given) and all(is_sentence(one, function, makers) for one in given)


def test_the_errors_are_found():
    assert {"EwsError", "RequestError", "HiddenCharacterError", "FaultyFormError", "CursorError"} <= ERRORS
    assert sum(1 for _ in raised()) > 150


def test_every_error_that_pages_can_tell_says_it_by_a_sentence():
    plain = {
        f"{module}:{name}"
        for module, name, is_said in raised()
        if not is_said and not {module, f"{module}:{name}"} & set(NEVER_SHOWN)
    }
    assert plain == set()


def test_what_is_never_shown_is_still_there():
    found = {one for module, name, _ in raised() for one in (module, f"{module}:{name}")}
    assert set(NEVER_SHOWN) - found == set()
