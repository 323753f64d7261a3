"""A monitoring report as somebody of a branch may read it: parties of other branches without id, name and branch.

Whom   the parties of the decision and of the guarantee circle, members to be assessed, persons contacted; whoever owns
       the borrower is known to who looks after it, unless another branch has them as a borrower of its own
How    before any sentence is made; in what people wrote as well. `party-1`, `party-2` … stands instead, the same party
       always the same within one report; the borrower's own name stays whole, also where another's is a part of it
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from ews.casework.report.report import Report, report_of
from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.exhibits import Circle, Exhibit
from ews.domain.people import Actor
from ews.domain.unit import OWNERS
from ews.serving.dossier_sight import hidden, hidden_dossier, hider, parties_of_cases
from ews.serving.masking import met, other_name, parties_of
from ews.serving.portfolios import require_portfolio
from ews.serving.services import Services
from ews.serving.sight import portfolio_in_sight
from ews.store.branches import branches_of

Hide = Callable[[str], str]


def report_in_sight(services: Services, actor: Actor, borrower_id: str, portfolio: str | None) -> Report:
    """Return the report on the newest decision, with whoever the actor may not know masked; errors as in sight."""
    require_portfolio(services.store, portfolio)
    seen = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    decision = services.find_decision(borrower_id, portfolio=seen)
    made = report_of(services.desk, actor, decision, _exhibit(services, decision), printed_at=services.desk.now())
    return made if actor.branch_id is None else _masked(services, actor, made)


def _exhibit(services: Services, decision: Decision) -> Exhibit | None:
    try:
        return services.find_exhibit(decision.batch_id, decision.borrower_id)
    except (UnknownBatchError, UnknownBorrowerError):  # its folder is no longer in the home: the sections say so
        return None


def _masked(services: Services, actor: Actor, report: Report) -> Report:
    decision = report.decision
    names = _names(report)
    names.pop(decision.borrower_id, None)
    owners = {one.member_id for one in decision.unit if one.role in OWNERS}
    known = branches_of(services.store, names)
    foreign = {
        one
        for one in names
        if known.get((decision.portfolio, one), actor.branch_id if one in owners else None) != actor.branch_id
    }
    if not foreign:
        return report
    exhibit = report.exhibit
    met_first = met(decision, Circle() if exhibit is None else exhibit.circle)
    given = _given(foreign, names, met_first)
    hide = hider(_stand_ins(given, names, decision))
    called = {party: other_name(stand_in) for party, stand_in in given.items()}
    return replace(
        report,
        decision=hidden(_unnamed(decision, called), hide),
        exhibit=None if exhibit is None else hidden(replace(exhibit, circle=_circle(exhibit.circle, called)), hide),
        dossier=hidden_dossier(report.dossier, hide),
    )


def _given(foreign: Collection[str], names: Collection[str], met_first: Sequence[str]) -> dict[str, str]:
    """Return what stands for each id: the same as on the borrower's page, in the order in which they are met there."""
    numbers = (f"party-{number}" for number in count(1))
    free = (one for one in numbers if one not in names)
    ordered = dict.fromkeys((*(one for one in met_first if one in foreign), *sorted(foreign)))
    return dict(zip(ordered, free, strict=False))


def _stand_ins(given: Mapping[str, str], names: Mapping[str, str | None], decision: Decision) -> dict[str, str]:
    """Return what stands for ids and names; for those of the borrower they themselves, so that no part is replaced."""
    told = {name: given[party] for party, name in names.items() if name and party in given}
    own = {one: one for one in (decision.borrower_id, decision.name) if one}
    return {**told, **given, **own}


def _names(report: Report) -> dict[str, str | None]:
    """Return the name by id of everybody who is told of."""
    found: dict[str, str | None] = dict.fromkeys((*parties_of(report.decision), *parties_of_cases(report.dossier)))
    return found | {party: name for party, name in _named(report) if name or party not in found}


def _named(report: Report) -> Iterator[tuple[str, str | None]]:
    yield from ((hop.party_id, hop.name) for path in report.decision.paths for hop in path.hops)
    yield from ((one.member_id, one.name) for one in report.decision.unit)
    if report.exhibit is not None:
        circle = report.exhibit.circle
        yield from ((party, None) for link in circle.links for party in (link.from_id, link.to_id))
        yield from ((one.party_id, one.name) for one in circle.parties)


def _unnamed(decision: Decision, called: Mapping[str, str]) -> Decision:
    """Return the decision without names and branches of who is foreign; their ids are replaced afterwards."""
    paths = tuple(
        replace(
            path,
            hops=tuple(
                replace(hop, name=called[hop.party_id], branch_id=None) if hop.party_id in called else hop
                for hop in path.hops
            ),
        )
        for path in decision.paths
    )
    unit = tuple(replace(one, name=called[one.member_id]) if one.member_id in called else one for one in decision.unit)
    return replace(decision, paths=paths, unit=unit)


def _circle(circle: Circle, called: Mapping[str, str]) -> Circle:
    parties = tuple(
        replace(one, name=called[one.party_id], branch_id=None) if one.party_id in called else one
        for one in circle.parties
    )
    return replace(circle, parties=parties)
