"""Compare: what another policy says otherwise, and what it would change on the newest batch; proposed and decided here.

Told to   what the policies say: everybody; whom it moves: people who may know about borrowers of all branches
Trial     worked out beside the service; the page asks for it every few seconds until it is done
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from ews.casework.approvals import second_person
from ews.casework.approvals.proposal import ADOPTION, AdoptionDraft, Proposal, body_of
from ews.casework.dossier.words import policy_words
from ews.casework.rights import RISK
from ews.casework.words import STATE_TEXTS
from ews.domain.errors import RequestError
from ews.domain.people import Actor
from ews.domain.text import Text, sentence
from ews.policy.ahead import first_change
from ews.policy.policy import Policy
from ews.serving.api.approvals import AdoptionRequest
from ews.serving.api.cases import CaseId
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.pages import deciding
from ews.serving.pages.deciding import led_to
from ews.serving.pages.forms import FieldsDep, first, read
from ews.serving.pages.policy.in_force import InForce, first_day, former_of
from ews.serving.pages.policy.revised import PARTS, changes
from ews.serving.pages.policy.trial import PAGE, Wanted, begin_all, may_see, movers, told, trials, wanted_of
from ews.serving.pages.render import View, ViewDep
from ews.serving.policy_desk import TrialState
from ews.store.adoptions import newest_published
from ews.store.cases import Case, acts_of, find_case, unknown_case
from ews.store.engine import reading

router = APIRouter(include_in_schema=False)

Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two policies; `new` is null where it is not kept, or by an earlier version that this one cannot read."""

    new_hash: str
    new: Policy | None
    former: InForce
    case: Case | None = None
    body: Proposal | None = None

    @property
    def old_hash(self) -> str | None:
        return self.former.policy_hash

    @property
    def is_same(self) -> bool:
        return self.new_hash == self.old_hash

    @property
    def proposal(self) -> str | None:
        return None if self.case is None else self.case.case_id


@router.get("/policy/compare/{policy_hash}")
def show_comparison(policy_hash: Hash, view: ViewDep, actor: ActorDep) -> HTMLResponse:
    """Show what a kept policy says otherwise than the one in force; 404 where it is not kept."""
    pair = _pair(view, policy_hash)
    if pair.new is None:
        raise HTTPException(404)
    return _page(view, actor, pair)


@router.get("/policy/compare/{policy_hash}/trial")
def show_trial(
    policy_hash: Hash, view: ViewDep, actor: ActorDep, tell: ToldDep, wanted: Annotated[Wanted, Depends(wanted_of)]
) -> HTMLResponse:
    """Show how far the comparison is, and what came of it, with a page of those who move."""
    pair = _pair(view, policy_hash, wanted.proposal)
    return _trial(view, actor, pair, tell, wanted)


@router.post("/policy/compare/{policy_hash}/trial")
def begin_trial(policy_hash: Hash, fields: FieldsDep, view: ViewDep, actor: ActorDep, tell: ToldDep) -> Response:
    """Have it worked out, where nobody has yet."""
    wanted = read(Wanted, fields)
    pair = _pair(view, policy_hash, wanted.proposal)
    if pair.old_hash is not None:
        begin_all(view, pair.old_hash, policy_hash)
    if view.is_part:
        return _trial(view, actor, pair, tell, wanted)
    return RedirectResponse(_place(pair), status_code=303)


@router.post("/policy/compare/{policy_hash}/propose")
def propose(policy_hash: Hash, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Propose that it holds from a day; what it would change is worked out for whoever decides."""
    asked = read(AdoptionRequest, fields, policy_hash=policy_hash)
    draft = AdoptionDraft(asked.policy_hash, asked.holds_from, asked.note)
    services = view.services
    case = second_person.propose_adoption(services.desk, actor, draft, services.hands, request_id=request_id)
    pair = _pair(view, policy_hash, case.case_id)
    if pair.old_hash is not None:
        begin_all(view, pair.old_hash, policy_hash)
    return led_to(view, _path(case))


@router.get("/policy/proposals/{case_id}")
def show_proposal(case_id: CaseId, view: ViewDep, actor: ActorDep) -> HTMLResponse:
    """Show a proposal with what it would change."""
    case = _proposal(view, case_id)
    return _page(view, actor, _pair(view, body_of(case).policy_hash or "", case_id))


@router.post("/policy/proposals/{case_id}/approve")
def approve(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Approve it; it holds from its day on. Where nobody has seen what it would change, it takes a reason."""
    may = second_person.may_decide(actor, _proposal(view, case_id))  # who may not is told why by the act itself
    if may and first(fields, "reason") is None and not _is_tried(view, case_id):
        message = sentence(
            "What this policy would change has not been worked out. Work it out first, or write why it is approved "
            "without."
        )
        raise RequestError(message)
    case = deciding.approve(view, actor, case_id, ADOPTION, fields, request_id)
    return led_to(view, _path(case))


@router.post("/policy/proposals/{case_id}/refuse")
def refuse(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Close it with a reason."""
    case = deciding.refuse(view, actor, case_id, ADOPTION, fields, request_id)
    return led_to(view, _path(case))


def _is_tried(view: View, case_id: str) -> bool:
    """Tell whether what a proposal would change is worked out on each portfolio."""
    pair = _pair(view, body_of(_proposal(view, case_id)).policy_hash or "", case_id)
    found = {} if pair.old_hash is None or pair.is_same else trials(view, pair.old_hash, pair.new_hash)
    return bool(found) and all(one.state is TrialState.DONE for one in found.values())


def _path(case: Case) -> str:
    return f"/policy/proposals/{case.case_id}"


def _proposal(view: View, case_id: str) -> Case:
    with reading(view.services.store) as connection:
        case = find_case(connection, case_id)
    if case.kind != ADOPTION:
        raise unknown_case(case_id)
    return case


def _pair(view: View, policy_hash: str, proposal: str = "") -> Pair:
    case = _proposal(view, proposal) if proposal else None
    body = None if case is None else body_of(case)
    if body is not None and body.policy_hash != policy_hash:
        raise unknown_case(proposal)
    return Pair(policy_hash, view.services.policy_desk.find(policy_hash), former_of(view, body), case, body)


def _place(pair: Pair) -> str:
    return f"/policy/compare/{pair.new_hash}" if pair.case is None else _path(pair.case)


def _page(view: View, actor: Actor, pair: Pair) -> HTMLResponse:
    services = view.services
    today, newest = services.desk.now().date(), newest_published(services.store)
    old, new = pair.former.policy, pair.new
    earliest = first_day(today, newest)
    changed = None if old is None or new is None else first_change(old, new)
    with reading(services.store) as connection:
        acts = () if pair.case is None else acts_of(connection, [pair.case.case_id])
    return view.show(
        "policy/compare.html",
        pair=pair,
        changes=() if old is None or new is None else changes(old, new, view.language),
        parts=PARTS,
        names={} if new is None else names_of(new, today),
        acts=acts,
        state=None if pair.case is None else STATE_TEXTS[pair.case.state],
        first_day=earliest,
        proposed_day=earliest if changed is None or changed < earliest else changed,
        newest=newest,
        may_propose=pair.case is None and not pair.is_same and bool(actor.roles & RISK) and not actor.is_machine,
        is_tried=pair.case is not None and _is_tried(view, pair.case.case_id),
        may_decide=pair.case is not None and second_person.may_decide(actor, pair.case),
        is_own=pair.body is not None and pair.body.proposed_by == actor.user_id,
        **_trials(view, actor, pair),
    )


def names_of(policy: Policy, day: date) -> Mapping[str, Text]:
    """Return what entries of a policy are called, by their codes."""
    return {**policy_words(policy, day), **{one.name: one.meaning for one in policy.parameters}}


def _trials(view: View, actor: Actor, pair: Pair) -> dict[str, Any]:
    """Return what stands on the page of each portfolio: how far it is; the rest is asked for part by part."""
    seen = may_see(actor) and not pair.is_same and pair.old_hash is not None and pair.new is not None
    found = trials(view, pair.old_hash or "", pair.new_hash) if seen else {}
    return {"trials": found, "may_see": may_see(actor), "may_try": bool(actor.roles & RISK)}


def _trial(view: View, actor: Actor, pair: Pair, tell: Any, wanted: Wanted) -> HTMLResponse:
    found = {} if pair.is_same or pair.old_hash is None else trials(view, pair.old_hash, pair.new_hash)
    trial = found.get(wanted.portfolio)
    if trial is None:
        raise HTTPException(404)
    rows, count = movers(view, wanted.portfolio, trial, wanted)
    tell(one.borrower_id for one in rows)
    return view.show(
        "policy/trial_part.html" if view.is_part else "policy/trial_page.html",
        pair=pair,
        place=_place(pair),
        portfolio=wanted.portfolio,
        trial=trial,
        states=TrialState,
        wanted=wanted,
        movers=rows,
        movers_count=count,
        page_size=PAGE,
        may_try=bool(actor.roles & RISK),
        **told(trial),
    )
