"""What a terminal says of a retraining: how the trials went, both models side by side, the gate, and the effect."""

from collections.abc import Sequence
from dataclasses import asdict

from ews.cli import modelling, show
from ews.cli.difference import Tried, show_difference
from ews.cli.retraining.checks import VERDICTS
from ews.cli.retraining.effect import Effect
from ews.domain.text import Text
from ews.models.comparison import Check, Comparison
from ews.scoring.wording import MISSING
from ews.training.report import MEASURE_TEXT, TrainingReport
from ews.training.tuning import Tuned
from ews.validation.results import Verdict

MOST_TRIALS = 5
"""Trials shown, the best first."""
_SHOWN = 12
OPEN, SHUT = Text("open", "通过"), Text("shut", "未通过")


def tell(report: TrainingReport, tuned: Tuned, comparison: Comparison | None, effect: Effect | None) -> None:
    """Print a retraining."""
    _trials(tuned)
    modelling.tell(report)
    if report.tracking_fault:
        line(f"{report.tracking_fault} 运行未能记录", style="yellow")
    if comparison is None:
        line("nothing to compare with: the model is the champion 无可对比：该模型即冠军模型")
        return
    tell_comparison(comparison)
    if effect is not None:
        _effect(effect, comparison)
    if comparison.passed:
        named = f"{comparison.model_id} --portfolio {report.portfolio}"
        line(f"Next 下一步: ews casework promote {named} --by USER --note WHY")


def tell_comparison(comparison: Comparison) -> None:
    """Print both models on the same rows, and each check of the gate."""
    sides = asdict(comparison.champion), asdict(comparison.challenger)
    rows = [(_both(MEASURE_TEXT[name]), *(_number(side[name]) for side in sides)) for name in sides[0]]
    days = f"{comparison.days[0]} … {comparison.days[-1]}" if comparison.days else MISSING
    who = f"champion 冠军 {comparison.champion_id[:_SHOWN]}", f"challenger 挑战者 {comparison.model_id[:_SHOWN]}"
    title = f"Same rows, unseen by both 双方均未见过的样本: {comparison.rows:,} ({comparison.defaults:,}), {days}"
    show.table(title, ("", *who), rows)
    if comparison.seen_by_champion:
        told = "left out, for the champion may have learnt from them 冠军可能学过、已剔除"
        line(f"{told}: {comparison.seen_by_champion:,}", style="yellow")
    show.table(
        "Gate 准入检验", ("", "", "value 值", "limit 限", ""), [_check(one) for one in comparison.checks], left=2
    )
    said = OPEN if comparison.passed else SHUT
    line(f"Gate 准入: {said.zh} {said.en}", style="bold green" if comparison.passed else "bold red")
    _against(comparison.against)


def _trials(tuned: Tuned) -> None:
    ranked = sorted(tuned.trials, key=lambda one: (one.log_loss, one.number))[:MOST_TRIALS]
    names = list(tuned.trials[0].parameters)
    rows = [
        (
            _named(one.number),
            f"{one.log_loss:.5f}",
            one.rounds,
            *(f"{one.parameters[name]:.3g}" for name in names),
        )
        for one in ranked
    ]
    title = f"Tuning 调参: {len(tuned.trials)} trials 次 (* the recipe as it stands 原方案)"
    show.table(title, ("trial", "log-loss", "rounds", *names), rows)


def _named(trial: int) -> str:
    return f"{trial} *" if trial == 0 else str(trial)


def _check(check: Check) -> tuple[str, str, str, str, str]:
    verdict = VERDICTS[Verdict(check.verdict)]
    span = "" if check.low is None or check.high is None else f" [{check.low:.4f}, {check.high:.4f}]"
    name = f"{check.title.zh} {check.title.en}" + ("" if check.about == "whole" else f" ({check.about})")
    limit = MISSING if check.limit is None else f"{check.limit:g}"
    return ("●" if check.must else "", name, f"{_number(check.value)}{span}", limit, f"{verdict.zh} {verdict.en}")


def _against(checks: Sequence[Check]) -> None:
    for check in checks:
        note = "" if check.note is None else f" {check.note.zh} {check.note.en}"
        line(f"- {check.title.zh} {check.title.en}:{note}", style="red")


def _effect(effect: Effect, comparison: Comparison) -> None:
    if effect.difference is None:
        line(f"The effect on tiers and warnings was not worked out 未测算影响: {effect.why}", style="yellow")
        return
    tried = Tried((comparison.champion_id, comparison.model_id), None)
    show_difference(effect.difference, tried, effect.published, "Model 模型")


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4f}"


def line(text: str, style: str = "") -> None:
    """Print one line, however wide the terminal is."""
    show.OUT.print(text, style=style, soft_wrap=True, highlight=False)
