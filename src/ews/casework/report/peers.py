"""Peers: where the borrower's measures stand among borrowers of its kind."""

from collections.abc import Collection, Iterator

from ews.casework.paper.paper import Block, Cell, Heading
from ews.casework.report.values import NOTHING, measure, share
from ews.casework.report.voice import Voice
from ews.domain.exhibits import Exhibit, Standing
from ews.domain.features import Feature
from ews.features.catalogue import FEATURES, family_of

_FEATURES = {one.name: one for one in FEATURES}


def peers_blocks(exhibit: Exhibit, families: Collection[str], voice: Voice) -> Iterator[Block]:
    """Yield the table of measures of these families against peers; nothing where there are none."""
    own = [(_FEATURES[one.feature], one) for one in exhibit.standings if one.feature in _FEATURES]
    shown = [(feature, one) for feature, one in own if family_of(feature) in families and one.value is not None]
    if not shown:
        return
    yield Heading(voice("Against peers", "同业对比"))
    yield voice.table(
        (
            ("Measure", "指标", 0.36),
            ("Here", "本户", 0.13),
            ("Median of peers", "同业中位数", 0.14),
            ("Middle half of peers", "同业四分位区间", 0.25),
            ("Worse than", "差于同业", 0.12),
        ),
        (_row(feature, one, voice) for feature, one in shown),
    )


def _row(feature: Feature, one: Standing, voice: Voice) -> tuple[Cell | str, ...]:
    here, median, low, high = (
        measure(feature, value, voice.language) for value in (one.value, one.p50, one.p25, one.p75)
    )
    peers = voice(f"{one.peers:,} peers ({_group(one, voice)})", f"{_group(one, voice)}，{one.peers:,} 户")
    return (
        Cell(voice.of(feature.text), small=peers),
        Cell(here, is_number=True),
        Cell(median, is_number=True),
        Cell(NOTHING if NOTHING in {low, high} else f"{low} ~ {high}", is_number=True),
        Cell(share(one.worse_than), is_number=True),
    )


def _group(one: Standing, voice: Voice) -> str:
    kind, _, industry = one.group.partition("/")
    return industry or (voice("whole book", "全部客户") if kind == "*" else kind)
