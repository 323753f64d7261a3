"""The inventory of models: each stored model with its use, its validation and its open findings; and a model's card."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import page_of
from ews.casework.paper.paper import Cell, Paper, Section, minute
from ews.cli import show
from ews.cli.settings import Settings
from ews.cli.validate.background import card_blocks, unproven_blocks
from ews.cli.validate.chosen import Chosen, chosen
from ews.cli.validate.findings import settled
from ews.cli.validate.front import ANSWER_TONE
from ews.cli.validate.validated import newest
from ews.cli.validate.voice import Voice
from ews.domain.errors import ModelError, SettingsError
from ews.domain.text import Language, Text
from ews.models.champion import champions, model_ids, portfolios, stored_model
from ews.models.examined import find_examined
from ews.store.engine import open_store
from ews.store.model_findings import ModelFinding, State, all_findings
from ews.validation.opinion import answer_of

_SHOWN = 12
_TITLE = Text("Model card", "模型说明卡")


@dataclass(frozen=True, slots=True)
class Held:
    """A stored model; `answer` is that of its newest validation; `fault` says why it cannot be read."""

    portfolio: str
    model_id: str
    use: str
    since: datetime | None
    until: datetime | None
    labels_known_by: date | None
    horizon_months: int | None
    features: int | None
    auc: float | None
    validated_at: datetime | None
    answer: str | None
    findings_open: int
    fault: str | None = None


def list_models(settings: Settings, portfolio: str | None, *, as_json: bool) -> None:
    """Tell every model of the home."""
    held = inventory(settings, portfolio)
    if as_json:
        show.as_json({"models": [asdict(one) for one in held]})
        return
    heads = (
        "portfolio 组合", "model 模型", "use 用途", "since 启用", "labels by 标签截止", "AUC", "validated 验证",
        "answer 意见", "open 未关闭",
    )  # fmt: skip
    rows = [
        (
            one.portfolio,
            one.model_id[:_SHOWN],
            one.fault or _USES[one.use],
            f"{one.since:%Y-%m-%d}" if one.since else "—",
            one.labels_known_by or "—",
            f"{one.auc:.3f}" if one.auc is not None else "—",
            f"{one.validated_at:%Y-%m-%d}" if one.validated_at else "never 从未",
            one.answer or "—",
            one.findings_open,
        )
        for one in held
    ]
    show.table("Models 模型清单", heads, rows, left=len(heads))


def inventory(settings: Settings, portfolio: str | None = None) -> tuple[Held, ...]:
    """Return every stored model, champions first."""
    folder = settings.home / "models"
    found = [portfolio] if portfolio else sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())
    known = _findings(settings)
    held = [one for name in found for one in _held(settings, name, known)]
    order = list(_USES)
    return tuple(sorted(held, key=lambda one: (one.portfolio, order.index(one.use), one.model_id)))


def write_card(settings: Settings, name: str | None, portfolio: str | None, out: Path, language: Language) -> None:
    """Write the card of a model as HTML or Word."""
    if out.suffix not in {".html", ".docx"}:
        message = f"A card is written as .html or .docx, not as '{out.name}'. Give such a name with --out."
        raise SettingsError(message)
    paper = card_of(settings, chosen(settings, name, portfolio), language)
    out.write_bytes(docx_of(paper) if out.suffix == ".docx" else page_of(paper).encode())
    show.OUT.print(f"card 说明卡: {out}", highlight=False, soft_wrap=True)


def card_of(settings: Settings, which: Chosen, language: Language) -> Paper:
    """Return the card of a model, with its newest validation where there is one."""
    voice, model = Voice(language), which.model
    found = newest(settings.home, model.portfolio, model.model_id)
    own = [one for one in _findings(settings) if one.model_id == model.model_id]
    badge, made_at = None, datetime.combine(model.labels_known_by, datetime.min.time())
    sections = [Section(voice.of(_TITLE), tuple(card_blocks(model, found, voice)))]
    if found is not None:
        answer = answer_of(found.results, settled(own))
        badge, made_at = Cell(voice.of(answer.text), ANSWER_TONE[answer]), found.made_at
        heading = voice("What the data do not prove", "数据不能证明的事项")
        sections.append(Section(heading, tuple(unproven_blocks(found, voice))))
    role = voice("champion", "冠军模型") if which.is_champion else voice("not the champion", "非冠军模型")
    validated = minute(found.made_at) if found else voice("never validated", "从未验证")
    return Paper(
        title=voice.of(_TITLE),
        subtitle=f"{model.portfolio} · {model.model_id[:_SHOWN]}",
        about=f"{role} · {voice('validated', '验证')} {validated}",
        badge=badge,
        figures=(),
        sections=tuple(sections),
        footer=f"{model.portfolio} {model.model_id}",
        made_at=made_at,
        language=language,
    )


_USES: Mapping[str, str] = {
    "champion": "champion 冠军",
    "former": "former champion 曾任冠军",
    "candidate": "never decided 未启用",
    "damaged": "damaged 已损坏",
}


def _held(settings: Settings, portfolio: str, findings: Sequence[ModelFinding]) -> Iterator[Held]:
    history = champions(settings.home, portfolio) if portfolio in portfolios(settings.home) else ()
    for model_id in model_ids(settings.home, portfolio):
        turns = [place for place, one in enumerate(history) if one.model_id == model_id]
        last = turns[-1] if turns else None
        is_champion = last is not None and last == len(history) - 1
        since = history[last].since if last is not None else None
        until = None if last is None or is_champion else history[last + 1].since
        own = [one for one in findings if one.model_id == model_id and one.portfolio == portfolio]
        use = "champion" if is_champion else "candidate" if last is None else "former"
        yield _described(settings, portfolio, model_id, use, (since, until), own)


def _described(
    settings: Settings,
    portfolio: str,
    model_id: str,
    use: str,
    span: tuple[datetime | None, datetime | None],
    own: Sequence[ModelFinding],
) -> Held:
    open_ones = sum(one.state is State.OPEN for one in own)
    try:
        model = stored_model(settings.home, portfolio, model_id)
    except ModelError as error:
        return Held(portfolio, model_id, "damaged", *span, None, None, None, None, None, None, open_ones, str(error))
    examined = find_examined(settings.home, portfolio, model_id)
    found = newest(settings.home, portfolio, model_id)
    return Held(
        portfolio=portfolio,
        model_id=model_id,
        use=use,
        since=span[0],
        until=span[1],
        labels_known_by=model.labels_known_by,
        horizon_months=model.horizon_months,
        features=len(model.features),
        auc=examined.metrics.get("test_auc") if examined else None,
        validated_at=found.made_at if found else None,
        answer=answer_of(found.results, settled(own)).value if found else None,
        findings_open=open_ones,
    )


def _findings(settings: Settings) -> tuple[ModelFinding, ...]:
    if not settings.database_exists:
        return ()
    store = open_store(settings.database)
    try:
        return all_findings(store)
    finally:
        store.close()
