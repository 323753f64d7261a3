"""Rights: which roles may ask which route. A route without an entry is closed to everybody; a test names it.

READ    tells something and changes nothing; it is written to the log of look-ups, and whoever asks from this machine
        before there are accounts may do it
ACT     changes something: it needs an account and is logged by the desk; what was refused is logged as a look-up
OPEN    needs nobody to be logged in and tells nothing about borrowers

Whose borrowers somebody sees is asked elsewhere (`ews.serving.sight`), what a case allows in `ews.casework`.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from fastapi import Request
from fastapi.routing import APIRoute

from ews.casework.rights import FIELD, RISK, SENIOR, require
from ews.domain.errors import ForbiddenError
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, sentence
from ews.serving.identity import LOCAL


class Kind(Enum):
    OPEN = "open"
    READ = "read"
    ACT = "act"


class Right(NamedTuple):
    """`everywhere`: only for those who are tied to no branch; `machines`: for machines of operators as well.

    `many`: one request for many acts, which may partly fail, so that the request itself is logged too. `secret`: what
    is sent may log somebody in.
    """

    kind: Kind
    roles: frozenset[Role] = frozenset()
    everywhere: bool = False
    machines: bool = False
    many: bool = False
    secret: bool = False


EVERYBODY = frozenset(Role)
LOOK = FIELD | {Role.AUDITOR, Role.VALIDATOR, Role.MODEL_OWNER}
"""Who may know about borrowers; operators run batches without."""
WATCH = frozenset({Role.OPERATOR, Role.AUDITOR, Role.RISK_MANAGER})
"""Who sees how the service does."""

OPEN = Right(Kind.OPEN)
KNOWN = Right(Kind.READ, EVERYBODY)
TOTALS = Right(Kind.READ, EVERYBODY, everywhere=True)
LOOK_UP = Right(Kind.READ, LOOK, machines=True)
OWN_WORK = Right(Kind.READ, FIELD)
OWN_ACCOUNT = Right(Kind.ACT, EVERYBODY)
"""Whoever asks acts on the own account, whatever the role."""
FIELD_ACT = Right(Kind.ACT, FIELD)
SENIOR_ACT = Right(Kind.ACT, SENIOR)
OPERATE = frozenset({Role.OPERATOR})
OPERATOR_ACT = Right(Kind.ACT, OPERATE, everywhere=True)

RIGHTS: Mapping[tuple[str, str], Right] = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,  # a balancer asks before anybody can log in; names portfolios, days and models only
    ("GET", "/openapi.json"): OPEN,  # the same in every installation, and clients are made from it
    ("GET", "/metrics"): Right(Kind.READ, WATCH, everywhere=True),  # holds totals of the whole book
    ("POST", "/v1/login"): OPEN,
    ("POST", "/v1/logout"): OPEN,
    ("GET", "/v1/login/oidc"): OPEN,
    ("GET", "/v1/login/oidc/callback"): OPEN,
    ("GET", "/v1/me"): KNOWN,
    ("POST", "/v1/me/password"): OWN_ACCOUNT._replace(secret=True),
    ("GET", "/v1/sessions"): KNOWN,  # one's own
    ("DELETE", "/v1/sessions/{session_id}"): OWN_ACCOUNT,
    ("DELETE", "/v1/sessions"): OWN_ACCOUNT,
    ("GET", "/v1/model"): KNOWN,
    ("GET", "/v1/models/{portfolio}/monitoring"): TOTALS,
    ("GET", "/v1/policy"): KNOWN,
    ("GET", "/v1/forms"): KNOWN,
    ("GET", "/v1/batches"): TOTALS,
    ("GET", "/v1/batches/{batch_id}"): TOTALS,
    ("GET", "/v1/borrowers/{borrower_id}"): LOOK_UP,
    ("GET", "/v1/borrowers/{borrower_id}/decision"): LOOK_UP,
    ("GET", "/v1/borrowers/{borrower_id}/decisions"): LOOK_UP,
    ("GET", "/v1/borrowers/{borrower_id}/change"): LOOK_UP,
    ("POST", "/v1/decisions"): LOOK_UP,  # decides and stores nothing
    ("POST", "/v1/what-if"): LOOK_UP,  # likewise
    ("GET", "/v1/warnings"): LOOK_UP,
    ("GET", "/v1/cases"): LOOK_UP,
    ("GET", "/v1/cases/{case_id}"): LOOK_UP,
    ("GET", "/v1/cases/{case_id}/acts"): LOOK_UP,
    ("GET", "/v1/warnings/marked-false"): LOOK_UP,
    ("POST", "/v1/warnings/{case_id}/acknowledge"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/report"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/verify"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/plan"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/handle"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/snooze"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/wake"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/hand-over"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/review-false"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/ask-lift"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/lift"): FIELD_ACT,
    ("POST", "/v1/warnings/{case_id}/refuse-lift"): FIELD_ACT,
    ("GET", "/v1/borrowers/{borrower_id}/checks"): LOOK_UP,
    ("POST", "/v1/borrowers/{borrower_id}/checks"): FIELD_ACT,
    ("GET", "/v1/checks"): LOOK_UP,
    ("GET", "/v1/checks/{case_id}"): LOOK_UP,
    ("PUT", "/v1/checks/{case_id}"): FIELD_ACT,
    ("POST", "/v1/checks/{case_id}/submit"): FIELD_ACT,
    ("POST", "/v1/checks/{case_id}/cancel"): FIELD_ACT,
    ("POST", "/v1/checks/{case_id}/take-over"): SENIOR_ACT,
    ("POST", "/v1/checks/{case_id}/findings/approve"): SENIOR_ACT,
    ("POST", "/v1/checks/{case_id}/findings/refuse"): SENIOR_ACT,
    ("POST", "/v1/evidence"): FIELD_ACT,
    ("GET", "/v1/evidence/{sha256}"): LOOK_UP,
    ("GET", "/v1/my-day"): OWN_WORK,
    ("POST", "/v1/tasks/{case_id}/done"): FIELD_ACT,
    ("POST", "/v1/tasks/{case_id}/cancel"): SENIOR_ACT,
    ("POST", "/v1/tasks/{case_id}/findings/approve"): SENIOR_ACT,
    ("POST", "/v1/tasks/{case_id}/findings/refuse"): SENIOR_ACT,
    ("POST", "/v1/contacts"): FIELD_ACT,
    ("POST", "/v1/contacts/recorded"): FIELD_ACT,
    ("POST", "/v1/contacts/{case_id}/end"): FIELD_ACT,
    ("POST", "/v1/contacts/{case_id}/review"): SENIOR_ACT,
    ("POST", "/v1/event-checks"): SENIOR_ACT._replace(many=True),
    ("POST", "/v1/event-checks/{code}/take-back"): SENIOR_ACT,
    ("GET", "/v1/measures"): LOOK_UP,
    ("POST", "/v1/measures"): FIELD_ACT,
    ("POST", "/v1/measures/{case_id}/approve"): FIELD_ACT,  # the policy names the approver of each
    ("POST", "/v1/measures/{case_id}/refuse"): FIELD_ACT,
    ("POST", "/v1/measures/{case_id}/done"): FIELD_ACT,
    ("GET", "/v1/borrowers/{borrower_id}/lessons"): LOOK_UP,
    ("GET", "/v1/overrides"): LOOK_UP,
    ("POST", "/v1/overrides"): FIELD_ACT,
    ("POST", "/v1/overrides/{case_id}/approve"): FIELD_ACT,
    ("POST", "/v1/overrides/{case_id}/refuse"): FIELD_ACT,
    ("POST", "/v1/overrides/{case_id}/note"): FIELD_ACT,
    ("POST", "/v1/overrides/{case_id}/end"): FIELD_ACT,
    ("GET", "/v1/watch-list"): LOOK_UP,
    ("POST", "/v1/watch-list"): FIELD_ACT,
    ("POST", "/v1/watch-list/{case_id}/review"): FIELD_ACT,
    ("POST", "/v1/watch-list/{case_id}/off"): SENIOR_ACT,
    ("GET", "/v1/reviews"): LOOK_UP,
    ("GET", "/v1/reviews/sessions"): LOOK_UP,
    ("POST", "/v1/reviews/sessions"): SENIOR_ACT._replace(many=True),
    ("POST", "/v1/reviews/determine"): FIELD_ACT._replace(many=True),
    ("POST", "/v1/reviews/approve"): FIELD_ACT._replace(many=True),
    ("POST", "/v1/reviews/{case_id}/determine"): FIELD_ACT,
    ("POST", "/v1/reviews/{case_id}/approve"): FIELD_ACT,
    ("POST", "/v1/reviews/{case_id}/return"): FIELD_ACT,
    ("POST", "/v1/reviews/{case_id}/withdraw"): FIELD_ACT,
    ("GET", "/v1/reviews/sessions/form.docx"): LOOK_UP,
    ("GET", "/v1/reviews/{case_id}/form.docx"): LOOK_UP,
    ("GET", "/v1/borrowers/{borrower_id}/dossier"): LOOK_UP,
    ("GET", "/v1/borrowers/{borrower_id}/report.docx"): LOOK_UP,
    ("GET", "/v1/receivers"): Right(Kind.READ, OPERATE, everywhere=True),
    ("POST", "/v1/receivers"): OPERATOR_ACT,
    ("POST", "/v1/receivers/{receiver_id}/on"): OPERATOR_ACT,
    ("POST", "/v1/receivers/{receiver_id}/off"): OPERATOR_ACT,
    ("POST", "/v1/receivers/{receiver_id}/again"): OPERATOR_ACT,
    ("GET", "/v1/adoptions"): KNOWN,
    ("POST", "/v1/adoptions"): Right(Kind.ACT, RISK),
    ("POST", "/v1/adoptions/{case_id}/approve"): Right(Kind.ACT, RISK),
    ("POST", "/v1/adoptions/{case_id}/refuse"): Right(Kind.ACT, RISK),
    ("GET", "/v1/promotions"): KNOWN,
    ("POST", "/v1/promotions"): Right(Kind.ACT, frozenset({Role.MODEL_OWNER})),
    ("POST", "/v1/promotions/{case_id}/approve"): Right(Kind.ACT, frozenset({Role.VALIDATOR})),
    ("POST", "/v1/promotions/{case_id}/refuse"): Right(Kind.ACT, frozenset({Role.VALIDATOR})),
    ("GET", "/static/{name}"): OPEN,  # the same in every installation
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("POST", "/logout"): OPEN,
    ("GET", "/language"): OPEN,
    ("GET", "/"): KNOWN,
    ("GET", "/account"): KNOWN,
    ("POST", "/account/password"): OWN_ACCOUNT._replace(secret=True),
    ("POST", "/account/sessions/end-others"): OWN_ACCOUNT,
    ("POST", "/account/sessions/{session_id}/end"): OWN_ACCOUNT,
    # pages: cases
    ("GET", "/cases/{case_id}"): LOOK_UP,
    ("POST", "/cases/{case_id}/{verb}"): FIELD_ACT,  # casework asks for more, act by act
    ("GET", "/borrowers/{borrower_id}/act"): OWN_WORK,
    ("POST", "/borrowers/{borrower_id}/act"): FIELD_ACT,
    # pages: work
    ("GET", "/my-day"): OWN_WORK,
    ("GET", "/my-day/counts"): OWN_WORK,
    ("GET", "/my-day/columns/{column}"): OWN_WORK,
    ("GET", "/my-day/line"): OWN_WORK,
    ("GET", "/warnings"): LOOK_UP,
    ("GET", "/warnings/counts"): LOOK_UP,
    ("GET", "/warnings/rows/{case_id}"): LOOK_UP,
    ("GET", "/warnings/next"): OWN_WORK,
    ("POST", "/warnings/views"): Right(Kind.ACT, LOOK),
    ("POST", "/warnings/views/remove"): Right(Kind.ACT, LOOK),
    ("POST", "/work/acknowledge"): FIELD_ACT._replace(many=True),
    # pages: papers
    ("GET", "/static/paper.css"): OPEN,  # the same in every installation
    ("GET", "/borrowers/{borrower_id}/report"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/report.docx"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/dossier"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/dossier.docx"): LOOK_UP,
    # pages: portfolio
    ("GET", "/portfolio"): LOOK_UP,
    ("GET", "/portfolio/parts/{section}"): LOOK_UP,
    ("GET", "/borrowers"): LOOK_UP,
    ("GET", "/borrowers.csv"): LOOK_UP,
    ("GET", "/borrowers.xlsx"): LOOK_UP,
    # pages: borrower
    ("GET", "/borrowers/{borrower_id}"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/parts/{part}"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/decisions/{batch_id}"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/change"): LOOK_UP,
    # pages: checks and the quarterly session
    ("GET", "/checks"): LOOK_UP,
    ("GET", "/checks/{case_id}"): LOOK_UP,
    ("GET", "/borrowers/{borrower_id}/checks/new"): OWN_WORK,
    ("POST", "/borrowers/{borrower_id}/checks/new"): FIELD_ACT,
    ("POST", "/checks/{case_id}/save"): FIELD_ACT,
    ("POST", "/checks/{case_id}/submit"): FIELD_ACT,
    ("POST", "/checks/{case_id}/cancel"): FIELD_ACT,
    ("POST", "/checks/{case_id}/take-over"): SENIOR_ACT,
    ("POST", "/checks/{case_id}/findings/approve"): SENIOR_ACT,
    ("POST", "/checks/{case_id}/findings/refuse"): SENIOR_ACT,
    ("GET", "/reviews"): LOOK_UP,
    ("GET", "/reviews/{case_id}"): LOOK_UP,
    ("POST", "/reviews/open"): SENIOR_ACT._replace(many=True),
    ("POST", "/reviews/determine"): FIELD_ACT._replace(many=True),
    ("POST", "/reviews/approve"): FIELD_ACT._replace(many=True),
    ("POST", "/reviews/{case_id}/determine"): FIELD_ACT,
    ("POST", "/reviews/{case_id}/approve"): FIELD_ACT,
    ("POST", "/reviews/{case_id}/return"): FIELD_ACT,
    ("POST", "/reviews/{case_id}/withdraw"): FIELD_ACT,
    # pages: policy and model
    ("GET", "/policy"): KNOWN,
    ("GET", "/policy/changes"): KNOWN,
    ("POST", "/policy/choose"): Right(Kind.ACT, RISK, many=True),  # keeps files; nobody else logs it
    ("POST", "/policy/draft"): Right(Kind.ACT, RISK, many=True),  # likewise
    ("GET", "/policy/compare/{policy_hash}"): KNOWN,
    ("GET", "/policy/compare/{policy_hash}/trial"): Right(Kind.READ, LOOK, everywhere=True),
    ("POST", "/policy/compare/{policy_hash}/trial"): Right(Kind.ACT, RISK, everywhere=True, many=True),
    ("POST", "/policy/compare/{policy_hash}/propose"): Right(Kind.ACT, RISK),
    ("GET", "/policy/proposals/{case_id}"): KNOWN,
    ("POST", "/policy/proposals/{case_id}/approve"): Right(Kind.ACT, RISK),
    ("POST", "/policy/proposals/{case_id}/refuse"): Right(Kind.ACT, RISK),
    ("GET", "/operations"): Right(Kind.READ, WATCH, everywhere=True),  # totals of the whole book
    ("GET", "/model"): KNOWN,
    ("POST", "/model/promotions"): Right(Kind.ACT, frozenset({Role.MODEL_OWNER})),
    ("POST", "/model/promotions/{case_id}/approve"): Right(Kind.ACT, frozenset({Role.VALIDATOR})),
    ("POST", "/model/promotions/{case_id}/refuse"): Right(Kind.ACT, frozenset({Role.VALIDATOR})),
}
"""By method and template of the route."""

OPEN_PATHS = frozenset(path for (_, path), right in RIGHTS.items() if right.kind is Kind.OPEN)
SECRET_PATHS = OPEN_PATHS | {path for (_, path), right in RIGHTS.items() if right.secret}
"""What is sent there may log somebody in: it is taken as it is, and told nowhere."""
ASSETS = "/static/"


def is_open(path: str) -> bool:
    """Tell whether a path may be asked by nobody."""
    return path in OPEN_PATHS or path.startswith(ASSETS)


def right_of(request: Request) -> Right | None:
    """Return the entry of the route that was asked, None where it has none or nothing lies under the path."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return None
    rights: Mapping[tuple[str, str], Right] = request.app.state.rights
    return rights.get((request.method, route.path_format))


async def allow(request: Request) -> None:
    """Raise ForbiddenError where whoever asks may not ask this route; without a thread, since it waits for nothing."""
    right = right_of(request)
    if right is None:
        message = sentence(
            "{method} {path} has no entry in the table of rights, so that nobody may ask it.",
            method=request.method,
            path=request.url.path,
        )
        raise ForbiddenError(message)
    if right.kind is not Kind.OPEN:
        _check(
            right,
            request.state.actor,
            sentence("ask {method} {path}", method=request.method, path=request.scope["route"].path_format),
        )


def _check(right: Right, actor: Actor, what: Sentence) -> None:
    if actor is LOCAL:
        if right.kind is Kind.ACT:
            message = sentence(
                "Nobody is logged in, and to {what} takes an account. Make one with 'ews user add', then log in.",
                what=what,
            )
            raise ForbiddenError(message)
        return
    if not (right.machines and actor.is_machine and Role.OPERATOR in actor.roles):
        require(actor, right.roles, what)
    if right.kind is Kind.ACT and actor.is_machine:
        message = sentence(
            "'{user_id}' holds a token and may not {what}: people answer for that. Log in as a person.",
            user_id=actor.user_id,
            what=what,
        )
        raise ForbiddenError(message)
    if right.everywhere and actor.branch_id is not None:
        message = sentence(
            "'{user_id}' may not {what}: it tells about all branches, and the account is tied to '{branch_id}'. "
            "Ask somebody at head office.",
            user_id=actor.user_id,
            what=what,
            branch_id=actor.branch_id,
        )
        raise ForbiddenError(message)
