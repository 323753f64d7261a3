"""Drafting: another value of a parameter, typed on the page of the policy in force; it becomes a draft and is tried.

Units   shares are typed in per cent and amounts in yuan, as the page shows them
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.rights import RISK
from ews.domain.errors import RequestError
from ews.domain.facts import FactUnit
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.policy.in_force import first_day, in_force_on
from ews.serving.pages.policy.trial import begin_all
from ews.serving.pages.render import View, ViewDep
from ews.serving.policy_desk import NewValue
from ews.store.adoptions import newest_published

router = APIRouter(include_in_schema=False)

_TYPED: Mapping[str, Decimal] = {"share": Decimal(100), "change": Decimal(100), "fen": Decimal("0.01")}
"""What a value is multiplied by to be typed; other units are typed as they are."""


class Drafted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parameter: str = Field(min_length=1, max_length=200)
    value: Annotated[Decimal, Field(ge=-(10**13), le=10**13, allow_inf_nan=False)]
    since: date


def may_draft(actor: Actor) -> bool:
    """Tell whether somebody may think of another policy."""
    return bool(actor.roles & RISK) and not actor.is_machine


def typed(value: float, unit: FactUnit) -> str:
    """Return a value as it is typed: 50 for 50%."""
    return f"{(Decimal(repr(value)) * _TYPED.get(unit, Decimal(1))).normalize():f}"


def first_draft_day(view: View) -> date:
    """Return the first day from which another value can hold."""
    return first_day(view.services.desk.now().date(), newest_published(view.services.store))


@router.post("/policy/draft")
def draft(fields: FieldsDep, view: ViewDep) -> Response:
    """Make a draft of the policy in force with one other value, have it compared, and go on to what that finds."""
    asked, desk = read(Drafted, fields), view.services.policy_desk
    held = in_force_on(view, view.services.desk.now().date())
    parameters = () if held.policy is None else held.policy.parameters
    found = next((one for one in parameters if one.name == asked.parameter), None)
    if held.policy_hash is None or found is None:
        message = sentence(
            "The policy in force has no parameter '{name}'. Open the page of the policy again.", name=asked.parameter
        )
        raise RequestError(message)
    value = float(asked.value / _TYPED.get(found.unit, Decimal(1)))
    if value == found.values.on(asked.since):
        message = sentence("This is the value that holds on {day}: nothing would change.", day=asked.since)
        raise RequestError(message)
    name = desk.draft(held.policy_hash, NewValue(found.name, value, asked.since))
    policy_hash = desk.keep(name)
    begin_all(view, held.policy_hash, policy_hash)
    return RedirectResponse(f"/policy/compare/{policy_hash}", status_code=303)
