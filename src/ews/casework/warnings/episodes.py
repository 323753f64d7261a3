"""Episodes: which signals of a batch are new to a borrower's warnings, and where they belong.

Episode  a code with its first day; it is raised once, and again only where its warning was lifted as false and it
         still stands so many days later as the policy says
"""

from collections.abc import Iterator, Mapping, Sequence

from ews.casework.warnings.body import FALSE, WarningBody
from ews.casework.warnings.deadlines import Terms
from ews.casework.warnings.seen import Seen, Sign
from ews.store.cases import Case


def again_after(seen: Seen, bodies: Sequence[tuple[Case, WarningBody]], terms: Terms) -> dict[str, str]:
    """Return the codes that stand still, long after a warning of them was lifted as false, with that warning's id."""
    found = {}
    for sign in seen.signs:
        own = sorted(((case, body) for case, body in bodies if sign.code in body.codes), key=lambda one: one[0].case_id)
        if not own or not sign.stands or any(case.is_open for case, _ in own):
            continue
        last, body = own[-1]
        lifted = last.closed_at
        if body.verdict != FALSE or lifted is None:
            continue
        if (terms.today - lifted.date()).days >= terms.verification.again_days:
            found[sign.code] = last.case_id
    return found


def new_signs(seen: Seen, bodies: Sequence[WarningBody], again: Mapping[str, str]) -> Iterator[Sign]:
    """Yield the signals whose episode no warning has, or which are raised again, and which do not wait."""
    told = sorted(episode for body in bodies for episode in body.episodes)
    newest = dict(told)  # of each code the last first day, since they are sorted
    for sign in seen.signs:
        is_new = sign.code not in newest or sign.since > newest[sign.code] or sign.code in again
        if is_new and not sign.waits:
            yield sign


def home_of(sign: Sign, opened: Sequence[tuple[Case, WarningBody]]) -> Case | None:
    """Return the open warning that a signal belongs to: the one that has its code, else the one of its kind."""
    with_code = [case for case, body in opened if sign.code in body.codes]
    return next(iter(with_code or [case for case, body in opened if body.kind == sign.kind]), None)
