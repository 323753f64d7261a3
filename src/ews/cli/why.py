"""The command that tells why a borrower, or the book, stands otherwise in one batch than in another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ews.cli import show
from ews.cli.book_place import book_of
from ews.cli.settings import Settings
from ews.domain.errors import BookError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.progress import Progress
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language, Text
from ews.scoring.change.book import find_book_change
from ews.scoring.change.change import find_change, one_definition
from ews.scoring.change.ends import ends_of
from ews.scoring.change.made import made_of
from ews.scoring.change.pd_move import Made
from ews.scoring.change.told import CAUSE_TEXTS, DEFINITION_UNKNOWN, METHOD, PART_TEXTS, book_as_dict, change_as_dict
from ews.scoring.wording import MISSING, money_text, name_text, value_text
from ews.store.engine import Store, open_store

MOST_FEATURES = 8
"""Features and reasons shown on a terminal."""
_WORDS: Mapping[str, type[Tier] | type[WarningLevel]] = {"level": WarningLevel, "tier": Tier}
_TITLES = {"level": "Warning level 预警等级", "tier": "Tier 五级分类"}
_DIRECTIONS = {"up": "worse 上调", "down": "better 下调"}
_COUNTS = {
    "in_both": "in both 两批均有",
    "entered": "entered 新进入",
    "left": "left 退出",
    "with_pd": "with a pd in both 两批均有违约概率",
    "defaulted": "defaulted 新违约",
    "cured": "cured 不再违约",
    "in_default": "in default in both 两批均违约",
}


def why(
    settings: Settings, borrower: str | None, before: str, after: str, book: Path | None, *, as_json: bool
) -> None:  # fmt: skip
    """Tell why the borrower moved, or the whole book where none is named."""
    store = open_store(settings.database, create=False)
    try:
        with show.progress("why", quiet=as_json) as progress:
            made = _made(settings, store, (before, after), book, progress)
            if borrower is None:
                whole = find_book_change(settings.home, store, (before, after), made=made, progress=progress)
                found = book_as_dict(whole)
            else:
                found = change_as_dict(find_change(settings.home, store, borrower, (before, after), made=made))
    finally:
        store.close()
    if as_json:
        show.as_json(found)
    elif borrower is None:
        _tell_book(found)
    else:
        _tell_borrower(found)


def _made(
    settings: Settings, store: Store, batches: tuple[str, str], book: Path | None, progress: Progress
) -> Made | None:  # fmt: skip
    """Return the features made again where the batches had two definitions and the book is there."""
    ends = ends_of(settings.home, store, *batches)
    place = book or book_of(settings.home, ends[1].batch.key.portfolio)
    if one_definition(ends) or place is None:
        return None
    try:
        return made_of(settings.home, place, ends, progress)
    except BookError:
        if book is not None:
            raise
        return None  # the book that was last scored cannot give these days; the split says so


def _tell_borrower(found: Mapping[str, Any]) -> None:
    start, end = found["from"], found["to"]
    _line(f"{found['borrower_id']}: {start['as_of']} → {end['as_of']}", style="bold")
    for name, words in _WORDS.items():
        pair = [words(side[name]).text for side in (start, end)]
        _line(f"{_TITLES[name]}: {pair[0].zh} {pair[0].en} → {pair[1].zh} {pair[1].en}")
    moved = found["pd"]
    if moved is None:
        _line("no pd on one of the days: in default 其中一日无违约概率（已违约）")
    else:
        _line(f"pd 违约概率: {start['pd']:.4%} → {end['pd']:.4%}, grade 等级 {start['grade']} → {end['grade']}")
        rows = [(_both(PART_TEXTS[name]), *_pair(moved, name)) for name in PART_TEXTS]
        rows.append(("= total 合计", *_pair(moved, "total")))
        show.table("Why the pd moved 违约概率变动原因", ("", "log-odds 对数几率", "points 百分点"), rows)
        _reasons(moved["reasons"])
        _features(moved["features"])
    for name in _WORDS:
        parts = found[name]
        if any(parts.values()):
            told = [(_both(text), f"{parts[cause]:+.2f}") for cause, text in CAUSE_TEXTS.items() if parts[cause]]
            show.table(f"{_TITLES[name]} {parts['total']:+.0f}", ("", "ranks 级"), told)
    for title, codes in (("came 新触发", found["signals"]["came"]), ("went 解除", found["signals"]["went"])):
        if codes:
            _line(f"signals {title}: {', '.join(codes)}")
    _foot(found)


def _reasons(reasons: list[Mapping[str, Any]]) -> None:
    rows = [
        (_reason(one["reason"]), f"{one['log_odds']:+.4f}", f"{100 * one['points']:+.4f}")
        for one in reasons[:MOST_FEATURES]
    ]
    show.table("Data by reason 数据变动按原因", ("", "log-odds 对数几率", "points 百分点"), rows)


def _features(features: list[Mapping[str, Any]]) -> None:
    rows = [
        (
            f"{name_text(one['feature'], Language.ZH)} {name_text(one['feature'], Language.EN)}",
            *(value_text(one["feature"], one[side], Language.ZH) for side in ("from", "to")),
            f"{sum(part or 0 for part in one['log_odds'].values()):+.4f}",
        )
        for one in features[:MOST_FEATURES]
    ]
    show.table("Data by feature 数据变动按特征", ("", "from 前", "to 后", "log-odds 对数几率"), rows)


def _tell_book(found: Mapping[str, Any]) -> None:
    _line(f"{found['portfolio']}: {found['from']['as_of']} → {found['to']['as_of']}", style="bold")
    _line(" · ".join(f"{text} {found['borrowers'].get(name, 0):,}" for name, text in _COUNTS.items()))
    parts = found["pd"]["parts"]
    rows = [(_both(PART_TEXTS[name]), *_means(parts[name])) for name in PART_TEXTS if name in parts]
    rows.append(("= total 合计", *_means(found["pd"]["total"])))
    columns = ("", "mean log-odds 平均对数几率", "mean points 平均百分点", "at risk 预期违约敞口")
    show.table("Why pds moved 违约概率变动原因", columns, rows)
    reasons = list(found["pd"]["reasons"].items())[:MOST_FEATURES]
    show.table("Data by reason 数据变动按原因", columns, [(_reason(code), *_means(one)) for code, one in reasons])
    for name in _WORDS:
        _ranks(name, found[name])
    _foot(found)


def _ranks(name: str, found: Mapping[str, Any]) -> None:
    rows = [
        (
            _DIRECTIONS[one["direction"]],
            _both(CAUSE_TEXTS[one["cause"]]),
            show.count(one["borrowers"]),
            money_text(one["exposure_fen"], Language.ZH),
        )
        for one in found["mainly"]
    ]
    title = f"{_TITLES[name]}: moved 变动 {found['moved']:,}"
    show.table(title, ("", "mainly by 主因", "borrowers 户数", "exposure 敞口"), rows, left=2)


def _foot(found: Mapping[str, Any]) -> None:
    if not found["definition_parted"]:
        _line(f"{DEFINITION_UNKNOWN.zh} {DEFINITION_UNKNOWN.en}", style="yellow")
    _line(f"{METHOD.zh} {METHOD.en}", style="dim")


def _pair(moved: Mapping[str, Any], name: str) -> tuple[str, str]:
    log_odds, points = moved["log_odds"][name], moved["points"][name]
    return (MISSING, MISSING) if log_odds is None else (f"{log_odds:+.4f}", f"{100 * points:+.4f}")


def _means(one: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if one is None:
        return MISSING, MISSING, MISSING
    money = money_text(one["at_risk_fen"], Language.ZH)
    return f"{one['log_odds_mean']:+.4f}", f"{100 * one['points_mean']:+.4f}", money


def _reason(code: str) -> str:
    """Return what a reason is called, its code where this version has it no longer."""
    return _both(ReasonCode(code).text) if code in set(ReasonCode) else code


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _line(text: str, style: str = "") -> None:
    show.OUT.print(text, style=style, soft_wrap=True, highlight=False)
