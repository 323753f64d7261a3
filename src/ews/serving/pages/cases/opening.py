"""Opening: an act by which a case about a borrower begins, as a page offers it: of a case that is not there yet."""

from typing import Any, NamedTuple

from ews.domain.people import Actor
from ews.serving.pages.cases.stage import Stage
from ews.serving.pages.cases.verb import Offer
from ews.serving.services import Services


class Opens(NamedTuple):
    """What a function of casework is called with."""

    services: Services
    actor: Actor
    borrower_id: str
    portfolio: str
    request: Any
    request_id: str


Opening = Offer[Stage, Opens]
