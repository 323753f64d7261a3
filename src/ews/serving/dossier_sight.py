"""A due-diligence file as somebody of a branch may read it: parties of other branches without id and name.

Whom   the parties that decisions name, members to be assessed, persons contacted; the borrower is never one of them
How    wherever id or name stands in the file, in what people wrote too, `party-1`, `party-2` … stands instead, the same
       party always the same within one file
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import partial
from typing import Any

from ews.casework.dossier.dossier import Dossier, Told
from ews.domain.decisions import Decision
from ews.domain.errors import EwsError
from ews.domain.people import Actor
from ews.domain.text import Language, Text
from ews.serving.masking import parties_of
from ews.serving.services import Services
from ews.store.branches import branches_of
from ews.store.publications import Standing

MOST_REASONS = 5
"""Of a decision, those that add most; all of them stand in the decision itself."""
_LATIN = re.compile("[A-Za-z0-9]")
_AS_THEY_ARE = frozenset({"people", "words", "seal", "who"})
"""Parts of a file that name nobody but accounts and the borrower."""


@dataclass(slots=True)
class Records:
    """Tells what records say, and keeps whom they name: `named` is name by id."""

    services: Services
    named: dict[str, str | None] = field(default_factory=dict)

    def __call__(self, standing: Standing) -> Told | None:
        try:
            decision = self.services.find_decision(
                standing.borrower_id, batch_id=standing.batch_id, portfolio=standing.portfolio
            )
        except EwsError:  # the record is no longer kept, or cannot be read: the file says so
            return None
        self.named |= {one: None for one in sorted(parties_of(decision)) if one not in self.named}
        self.named |= {one: name for one, name in _names(decision) if name}
        return _told(self.services, decision)


def in_sight(services: Services, actor: Actor, dossier: Dossier, named: Mapping[str, str | None]) -> Dossier:
    """Return the file with whoever the actor may not know masked."""
    if actor.branch_id is None:
        return dossier
    parties = {**dict.fromkeys(parties_of_cases(dossier)), **named}
    parties.pop(dossier.who.borrower_id, None)
    known = branches_of(services.store, parties)
    foreign = [one for one in sorted(parties) if known.get((dossier.who.portfolio, one)) != actor.branch_id]
    if not foreign:
        return dossier
    stand_ins = {party: f"party-{place}" for place, party in enumerate(foreign, start=1)}
    stand_ins |= {name: stand_ins[party] for party in foreign if (name := parties[party]) and name != dossier.who.name}
    return hidden_dossier(dossier, hider(stand_ins))


def hidden_dossier(dossier: Dossier, hide: Callable[[str], str]) -> Dossier:
    """Return the file with all texts hidden that may name a party."""
    changed = {
        one.name: hidden(getattr(dossier, one.name), hide) for one in fields(dossier) if one.name not in _AS_THEY_ARE
    }
    return replace(dossier, **changed)


def _told(services: Services, decision: Decision) -> Told:
    say, raised = services.wording, decision.raised
    reasons = [one for one in decision.reasons if one.log_odds > 0][:MOST_REASONS]
    return Told(
        reasons=tuple(_both(partial(say.reason_sentence, one)) for one in reasons),
        held=tuple(_both(partial(say.held_sentence, decision, one)) for one in decision.held),
        new=() if raised is None else (_both(partial(say.raised_sentence, raised)),),
    )


def _both(tell: Callable[[Language], str]) -> Text:
    return Text(tell(Language.EN), tell(Language.ZH))


def _names(decision: Decision) -> Iterator[tuple[str, str | None]]:
    yield from ((hop.party_id, hop.name) for path in decision.paths for hop in path.hops)
    yield from ((member.member_id, member.name) for member in decision.unit)


def parties_of_cases(dossier: Dossier) -> Iterator[str]:
    """Yield whom cases name: members to be assessed, and persons contacted."""
    for one in dossier.cases:
        terms = one.body.get("terms")
        member = terms.get("member_id") if isinstance(terms, Mapping) else None
        yield from (str(party) for party in (member, one.body.get("party_id")) if party)


def hider(stand_ins: Mapping[str, str]) -> Callable[[str], str]:
    """Return what replaces ids and names; an id within a longer word is left, and so is none of the longer ones."""
    ordered: Collection[str] = sorted(stand_ins, key=len, reverse=True)
    pattern = re.compile("|".join(_whole(one) for one in ordered))
    return lambda text: pattern.sub(lambda found: stand_ins[found[0]], text)


def _whole(text: str) -> str:
    """Return the pattern of a text that ends where it ends; Chinese runs on without spaces, and ends anywhere."""
    begin = r"(?<![A-Za-z0-9])" if _LATIN.match(text[0]) else ""
    end = r"(?![A-Za-z0-9])" if _LATIN.match(text[-1]) else ""
    return f"{begin}{re.escape(text)}{end}"


def hidden(value: Any, hide: Callable[[str], str]) -> Any:
    """Return plain data or a dataclass with all its texts hidden."""
    if type(value) is str:  # codes of enums name nobody
        return hide(value)
    if isinstance(value, Mapping):
        return {hidden(key, hide): hidden(one, hide) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(hidden(one, hide) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: hidden(getattr(value, one.name), hide) for one in fields(value)})
    return value
