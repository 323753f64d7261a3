"""Action: what the playbook asks for, once level, days past due, exposure and signals of a borrower are known."""

from collections.abc import Collection
from datetime import date

from ews.domain.levels import WarningLevel
from ews.policy.playbook import Action, choose_action, playbook_on
from ews.policy.policy import LARGE_EXPOSURE, Policy

NON_PERFORMING_ABOVE = "substandard_above_dpd"


def action_for(
    policy: Policy,
    level: WarningLevel,
    dpd: int | None,
    exposure: int | None,
    on: date,
    *,
    signals: Collection[str] = (),
    non_performing: bool = False,
) -> Action | None:
    """Return what to do about a borrower with a warning of `level`, `dpd` days past due and `exposure` in fen.

    `signals` are the codes of those that hold, linger or are carried. Who is non-performing is handled as from the day
    on which days past due make a loan so, however few there are today.
    """
    if non_performing:
        dpd = max(dpd or 0, int(policy.value_on(NON_PERFORMING_ABOVE, on)) + 1)
    playbook = playbook_on(policy.playbook, on)
    large = exposure is not None and exposure > policy.value_on(LARGE_EXPOSURE, on)
    urgent = any(code in playbook.urgent for code in signals)
    return choose_action(playbook, level, dpd, large=large, urgent=urgent)
