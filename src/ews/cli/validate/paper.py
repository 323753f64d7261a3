"""The validation report as a paper: the first page, then chapter by chapter, then what it rests on."""

from collections.abc import Iterator, Sequence
from itertools import count

from ews.casework.paper.paper import Block, Cell, Paper, Section, minute
from ews.cli.validate.background import card_blocks, lineage_blocks, unproven_blocks
from ews.cli.validate.catalogue import AREA_TEXT
from ews.cli.validate.chapters import chapter_blocks
from ews.cli.validate.findings import Told, settled, told_findings
from ews.cli.validate.front import (
    ANSWER_TONE,
    answer_blocks,
    figures_of,
    findings_blocks,
    grave_blocks,
    signature_blocks,
)
from ews.cli.validate.validated import Validated
from ews.cli.validate.voice import Voice
from ews.domain.text import Language, Text
from ews.models.frozen import FrozenModel
from ews.store.model_findings import ModelFinding
from ews.validation.opinion import Answer, answer_of
from ews.validation.results import Area

TITLE = Text("Model validation report", "模型验证报告")
_SHOWN = 12
_PLACES = 6
"""Places that the full table names of a finding."""


def paper_of(found: Validated, model: FrozenModel, kept: Sequence[ModelFinding], language: Language) -> Paper:
    """Return the report in one language; `kept` are the findings that the store has of the model."""
    voice = Voice(language)
    findings = told_findings(found.results, found.made_at.date(), kept)
    answer = answer_of(found.results, settled(kept))
    role = voice("champion", "冠军模型") if found.is_champion else voice("not the champion", "非冠军模型")
    return Paper(
        title=voice.of(TITLE),
        subtitle=f"{found.portfolio} · {found.model_id[:_SHOWN]}",
        about=" · ".join(
            (
                role,
                f"{voice('tested', '检验时点')} {found.lineage.first_days[0]} … {_last(found)}",
                f"{voice('known by', '信息截止')} {found.lineage.known_by}",
            )
        ),
        badge=Cell(voice.of(answer.text), ANSWER_TONE[answer]),
        figures=figures_of(found, findings, voice),
        sections=tuple(_sections(found, model, findings, voice)),
        footer=f"{found.portfolio} {found.model_id[:_SHOWN]} · run {found.run_id or '—'} · {minute(found.made_at)}",
        made_at=found.made_at,
        language=language,
        header=f"{voice.of(TITLE)}  {found.portfolio} {found.model_id[:_SHOWN]}",
    )


def _sections(
    found: Validated, model: FrozenModel, findings: Sequence[Told], voice: Voice
) -> Iterator[Section]:  # fmt: skip
    yield Section(voice("Answer", "结论"), tuple(answer_blocks(found, findings, _answer(found, findings), voice)))
    yield Section(voice("Findings", "验证发现"), tuple(grave_blocks(findings, voice)))
    unshown = voice("What the data do not prove", "数据不能证明的事项")
    yield Section(unshown, tuple(unproven_blocks(found, voice)), is_new_page=True)
    whole = tuple(findings_blocks(findings, voice, most_places=_PLACES))
    yield Section(voice("Findings in full", "验证发现全表"), whole)
    signed: Iterator[Block] = signature_blocks(voice)
    yield Section(voice("Signed", "签署"), tuple(signed))
    numbers = count(1)
    for place, area in enumerate(Area):
        heading = f"{next(numbers)}. {voice.of(AREA_TEXT[area])}"
        yield Section(heading, tuple(chapter_blocks(area, found, voice)), is_new_page=place == 0)
    yield Section(
        f"{next(numbers)}. {voice('Lineage', '数据血缘')}", tuple(lineage_blocks(found, voice)), is_new_page=True
    )
    yield Section(f"{next(numbers)}. {voice('Model card', '模型说明卡')}", tuple(card_blocks(model, found, voice)))


def _answer(found: Validated, findings: Sequence[Told]) -> Answer:
    return answer_of(found.results, [one.test for one in findings if not one.is_open])


def _last(found: Validated) -> str:
    days = (*found.lineage.first_days, *found.lineage.later_days)
    return f"{days[-1]}"
