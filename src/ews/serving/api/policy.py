"""Policy: the numbers and rules in force."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ews.serving.api.examples import example
from ews.serving.api.problems import problems
from ews.serving.services import ServicesDep

router = APIRouter(tags=["model and policy"])


class PolicyOut(BaseModel):
    """The policy; every number and rule with its source and the day it holds from."""

    hash: str = Field(description="Hash of all that follows; every decision names the one it was made with")
    parameters: Any = Field(description="Dated numbers of law or bank")
    grades: Any = Field(description="Dated master scales: bands of the probability of default")
    tier_rules: Any = Field(description="Floors of the tier")
    signals: Any = Field(description="Warning signals: condition, level and sentence")
    playbook: Any = Field(description="Who does what by when")
    calendar: Any = Field(description="Country of the working days, and days on which the bank does otherwise")
    casework: Any = Field(description="Dated limits of warnings, checks, contacts, overrides and quarterly sessions")
    forms: Any = Field(description="Dated forms of checks: fields, prefill and what becomes of an answer")


@router.get(
    "/v1/policy",
    summary="The policy in force",
    responses={**example("policy"), **problems("unauthenticated", "forbidden", "log-unavailable", "unknown-parameter")},
)
def read_policy(services: ServicesDep) -> PolicyOut:
    """Return the policy that the service decides with."""
    return PolicyOut(hash=services.policy.hash, **services.policy.content)
