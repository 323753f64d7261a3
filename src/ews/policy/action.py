"""Action: what the playbook asks for, once level, days past due, exposure and signals of a borrower are known."""

from collections.abc import Collection
from datetime import date

from ews.domain.levels import WarningLevel
from ews.policy.playbook import Action, choose_action, playbook_on
from ews.policy.policy import LARGE_EXPOSURE, Policy


def action_for(
    policy: Policy,
    level: WarningLevel,
    dpd: int | None,
    exposure: int | None,
    on: date,
    *,
    signals: Collection[str] = (),
) -> Action | None:
    """Return what to do about a borrower with a warning of `level`, `dpd` days past due and `exposure` in fen.

    `signals` are the codes of those that hold, linger or are carried.
    """
    playbook = playbook_on(policy.playbook, on)
    large = exposure is not None and exposure > policy.value_on(LARGE_EXPOSURE, on)
    urgent = any(code in playbook.urgent for code in signals)
    return choose_action(playbook, level, dpd, large=large, urgent=urgent)
