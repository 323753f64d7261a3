"""The shadow's part of a night: its pd beside the batch that was just published."""

from ews.cli import show
from ews.cli.settings import Settings
from ews.domain.errors import ImmatureModelError, ModelError
from ews.models.champion import stored_model
from ews.models.shadow import find_shadow
from ews.scoring.folder import ScoredBatch
from ews.scoring.shadow import cast_shadow


def shadow_beside(settings: Settings, batch: ScoredBatch) -> None:
    """Work out the shadow's pd beside a batch; whatever is wrong with the shadow is told and stops nothing."""
    portfolio = batch.key.portfolio
    try:
        shadow = find_shadow(settings.home, portfolio)
        if shadow is not None and shadow.model_id != batch.key.model_id:
            cast_shadow(batch.directory, stored_model(settings.home, portfolio, shadow.model_id))
    except (ModelError, ImmatureModelError) as error:
        show.ERR.print(f"Note: no shadow beside this batch: {error} 影子评分未执行", soft_wrap=True, highlight=False)
