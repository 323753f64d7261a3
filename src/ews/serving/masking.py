"""Masking: a decision as somebody of a branch may read it.

Whoever is of another branch, or known to nobody, keeps amount and state (tier, grade, days past due, default) and loses
id, name and branch: `party-1`, `party-2` … in the order in which they are met, the same party always the same within
one answer and another one in the next. The decision is changed before it is told, so that no sentence can tell more.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from ews.domain.decisions import Decision, Evidence, Held, LoanDecision, Reason, Value
from ews.domain.exhibits import Circle, Link, Party
from ews.domain.lifts import Lift
from ews.domain.paths import Hop, Path
from ews.domain.unit import UnitMember


@dataclass(slots=True)
class _Veil:
    """Gives each foreign party its stand-in; `taken` are ids that stand for somebody already."""

    is_foreign: Callable[[str], bool]
    taken: Set[str]
    given: dict[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def id(self, party_id: str) -> str:
        return f"party-{self._number(party_id)}" if self.is_foreign(party_id) else party_id

    def name(self, party_id: str, name: str | None) -> str | None:
        return f"其他机构客户{self._number(party_id)}" if self.is_foreign(party_id) else name

    def value(self, value: Value) -> Value:
        """Return a value that a rule read, which may be somebody's id or name."""
        if not isinstance(value, str):
            return value
        party_id = self.names.get(value, value)
        return self.id(party_id) if party_id in self.given else value

    def text(self, text: str) -> str:
        """Return what somebody wrote without the ids and names of those who are foreign."""
        stand_ins = {name: self.id(party_id) for name, party_id in self.names.items()}
        stand_ins |= {party_id: self.id(party_id) for party_id in self.given}
        found = "|".join(re.escape(one) for one in sorted(stand_ins, key=len, reverse=True))
        return re.sub(found, lambda match: stand_ins[match[0]], text) if found else text

    def _number(self, party_id: str) -> int:
        if party_id not in self.given:
            number = max(self.given.values(), default=0) + 1
            while f"party-{number}" in self.taken:
                number += 1
            self.given[party_id] = number
        return self.given[party_id]


def parties_of(decision: Decision) -> frozenset[str]:
    """Return the ids of all others that a decision names."""
    return frozenset(_ids(decision)) - {decision.borrower_id}


def parties_of_circle(circle: Circle) -> frozenset[str]:
    """Return the ids of all that a circle shows, the borrower in its middle left out."""
    return frozenset(one.party_id for one in circle.parties if one.hops > 0)


def met(decision: Decision, circle: Circle) -> tuple[str, ...]:
    """Return the ids of all others in the order in which they are met, which gives them their numbers."""
    around = (one.party_id for one in circle.parties if one.hops > 0)
    return tuple(one for one in dict.fromkeys((*_ids(decision), *around)) if one != decision.borrower_id)


def other_name(stand_in: str) -> str:
    """Return the name that goes with `party-1`."""
    return f"其他机构客户{stand_in.removeprefix('party-')}"


def masked(decision: Decision, *, visible: Set[str]) -> Decision:
    """Return the decision with everybody masked but the borrower and `visible`."""
    return masked_with(decision, Circle(), visible=visible)[0]


def masked_with(decision: Decision, circle: Circle, *, visible: Set[str]) -> tuple[Decision, Circle]:
    """Return decision and circle with everybody masked but the borrower and `visible`, the same party alike in both.

    The decision's parties are met first, so that they are called the same whether the circle is shown or not.
    """
    parties = parties_of(decision) | parties_of_circle(circle) - {decision.borrower_id}
    foreign = parties - visible
    if not foreign:
        return decision, circle
    names = {**_names_of(circle, foreign), **_names(decision, foreign)}
    veil = _Veil(foreign.__contains__, parties - foreign | {decision.borrower_id}, names=names)
    return _decision(decision, veil), _circle(circle, veil)


def _decision(decision: Decision, veil: _Veil) -> Decision:
    # Paths first, so that whoever brings the most trouble is the first party.
    paths = tuple(_path(one, veil) for one in decision.paths)
    unit = tuple(_member(one, veil) for one in decision.unit)
    return replace(
        decision,
        paths=paths,
        unit=unit,
        assess=tuple(veil.id(one) for one in decision.assess),
        reasons=tuple(_reason(one, veil) for one in decision.reasons),
        held=tuple(_held(one, veil) for one in decision.held),
        loans=tuple(_loan(one, veil) for one in decision.loans),
    )


def _circle(circle: Circle, veil: _Veil) -> Circle:
    parties = tuple(_party(one, veil) for one in circle.parties)
    return replace(circle, parties=parties, links=tuple(_link(one, veil) for one in circle.links))


def _party(party: Party, veil: _Veil) -> Party:
    party_id = veil.id(party.party_id)
    if party_id == party.party_id:
        return party
    return replace(party, party_id=party_id, name=veil.name(party.party_id, party.name), branch_id=None)


def _link(link: Link, veil: _Veil) -> Link:
    return replace(link, from_id=veil.id(link.from_id), to_id=veil.id(link.to_id))


def _ids(decision: Decision) -> Iterator[str]:
    for path in decision.paths:
        yield from (hop.party_id for hop in path.hops)
    yield from (member.member_id for member in decision.unit)
    yield from decision.assess
    for reason in decision.reasons:
        for evidence in reason.evidence:
            yield from evidence.from_whom


def _names(decision: Decision, foreign: Set[str]) -> Mapping[str, str]:
    """Return the id by name of whoever is foreign."""
    hops = [(hop.party_id, hop.name) for path in decision.paths for hop in path.hops]
    known = [*hops, *((member.member_id, member.name) for member in decision.unit)]
    return {name: party_id for party_id, name in known if name and party_id in foreign}


def _names_of(circle: Circle, foreign: Set[str]) -> Mapping[str, str]:
    return {one.name: one.party_id for one in circle.parties if one.name and one.party_id in foreign}


def _path(path: Path, veil: _Veil) -> Path:
    return replace(path, hops=tuple(_hop(hop, veil) for hop in path.hops))


def _hop(hop: Hop, veil: _Veil) -> Hop:
    party_id = veil.id(hop.party_id)
    branch_id = hop.branch_id if party_id == hop.party_id else None
    return replace(hop, party_id=party_id, name=veil.name(hop.party_id, hop.name), branch_id=branch_id)


def _member(member: UnitMember, veil: _Veil) -> UnitMember:
    return replace(member, member_id=veil.id(member.member_id), name=veil.name(member.member_id, member.name))


def _reason(reason: Reason, veil: _Veil) -> Reason:
    return replace(reason, evidence=tuple(_evidence(one, veil) for one in reason.evidence))


def _evidence(evidence: Evidence, veil: _Veil) -> Evidence:
    return replace(evidence, from_whom=tuple(veil.id(one) for one in evidence.from_whom))


def _held(held: Held, veil: _Veil) -> Held:
    inputs = {name: veil.value(value) for name, value in held.inputs.items()}
    lifts = tuple(tuple(_lift(one, veil) for one in together) for together in held.lifts)
    return replace(held, inputs=inputs, lifts=lifts)


def _lift(lift: Lift, veil: _Veil) -> Lift:
    value = veil.value(lift.value)
    return lift if value is None else replace(lift, value=value)


def _loan(loan: LoanDecision, veil: _Veil) -> LoanDecision:
    override = loan.override
    if override is not None:
        override = replace(override, reason=veil.text(override.reason))
    return replace(loan, held=tuple(_held(one, veil) for one in loan.held), override=override)
