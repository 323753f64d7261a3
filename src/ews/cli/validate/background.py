"""Background: what a report says of data and model besides the results: what is not proven, lineage, the model card."""

from collections.abc import Iterator, Mapping
from typing import Any

from ews.casework.paper.paper import Block, Cell, Heading, Note, Prose
from ews.cli.validate.validated import Lineage, Snapshot, Validated
from ews.cli.validate.voice import Voice
from ews.cli.validate.words import LEFT_OUT_TEXT
from ews.domain.text import Text
from ews.features.catalogue import FAMILIES, family_name, feature
from ews.models.frozen import FrozenModel
from ews.training.report import SPLIT_TEXT
from ews.validation.segmenting import family_or_none

_HASH = 16


def unproven_blocks(found: Validated, voice: Voice) -> Iterator[Block]:
    """Yield what the data do not prove."""
    for number, one in enumerate(found.unproven, start=1):
        yield Prose(voice.of(one), mark=f"{number}.")


def lineage_blocks(found: Validated, voice: Voice) -> Iterator[Block]:
    """Yield where everything came from, and how each snapshot divides."""
    one = found.lineage
    same = one.book_id == one.book_id_then
    book = voice("the same as then", "与训练时一致") if same else voice("has grown since", "训练后有新增")
    yield voice.facts(
        ("Book", "贷款组合", Cell(one.book, small=f"{one.book_id[:_HASH]} · {book}", is_code=True)),
        ("Known by", "信息截止", f"{one.known_by}"),
        ("MLflow run", "MLflow运行", Cell(found.run_id or "—", is_code=True)),
        ("Hash of the rows that taught", "训练数据哈希", Cell(one.data_hash[:_HASH], is_code=True)),
        ("Feature catalogue", "特征目录版本", Cell(one.catalogue_version, is_code=True)),
        ("Policy (grades)", "策略（等级）", Cell(one.policy_hash[:_HASH], is_code=True)),
        ("Version of ews", "系统版本", Cell(one.code_version, is_code=True)),
        ("Made", "验证时间", f"{found.made_at:%Y-%m-%d %H:%M}"),
        ("Made by", "验证人", found.made_by),
    )
    yield Note(
        voice(
            "The table of the model was built again from the book; its hash is the recorded one: what is tested here "
            "is what was taught.",
            "已由贷款组合数据重建训练样本，其哈希与记录一致，检验对象即训练所得模型。",
        )
    )
    yield Heading(voice("Rows by snapshot", "各时点样本"))
    yield voice.table(
        (
            ("Snapshot", "时点", 0.14),
            ("Use", "用途", 0.12),
            ("Borrowers", "客户数", 0.12),
            ("Left out", "剔除", 0.38),
            ("Used", "使用", 0.12),
            ("Defaults", "违约", 0.12),
        ),
        [_snapshot(each, voice) for each in found.snapshots],
    )


def card_blocks(model: FrozenModel, found: Validated | None, voice: Voice) -> Iterator[Block]:
    """Yield the model card; without a validation it says what the model alone tells."""
    reference = model.reference
    yield voice.facts(
        ("Model", "模型", Cell(model.model_id[:_HASH], is_code=True)),
        ("Portfolio", "资产组合", model.portfolio),
        ("Kind", "模型类型", voice("LightGBM, directed, calibrated", "LightGBM，单调约束，经校准")),
        ("Tells", "输出", voice(f"pd within {model.horizon_months} months", f"{model.horizon_months}个月违约概率")),
        ("Default", "违约定义", _definition(model.definition, voice)),
        ("Labels known by", "标签获知截止", f"{model.labels_known_by}"),
        ("Features", "特征数", f"{len(model.features)}"),
        ("Rows that taught", "训练样本", f"{reference.get('rows', '—'):,}" if "rows" in reference else "—"),
        ("Calibration", "校准", f"{model.slope:.3f} × margin {model.intercept:+.3f}"),
    )
    yield Prose(
        voice(
            "Meant for: ranking borrowers with live loans by the chance of default, for early warning and grading "
            "after the loan was paid out. Not meant for: granting or pricing loans, borrowers in default, or deciding "
            "alone: a decision rests on the policy, and officers may override it with a reason.",
            "适用：对存续贷款客户按违约可能性排序，用于贷后预警与评级。不适用：授信审批与定价、已违约客户；"
            "模型不单独决策，结论由策略作出，客户经理可说明理由后调整。",
        )
    )
    families = _families(model)
    yield voice.table(
        (("Family of features", "特征类别", 0.6), ("Features", "特征数", 0.2), ("Directed", "有单调约束", 0.2)),
        [
            (voice.of(title), Cell(f"{count}", is_number=True), Cell(f"{directed}", is_number=True))
            for title, count, directed in families
        ],
    )
    yield Note(
        voice(
            "No feature is, or stands for, sex, age, marriage, ethnicity or religion by its name; what others tell of "
            "them in part is not excluded. Made again by the same book, recipe and seed, the model is the same to the "
            "byte. Loading it executes no code.",
            "特征中无性别、年龄、婚姻、民族、宗教等受保护属性，但不排除其他特征含有部分间接信息。相同数据、方案与种子"
            "可逐字节重现模型。加载模型不执行任何代码。",
        )
    )
    if found is not None:
        yield from _how_made(found.lineage, voice)


def _how_made(one: Lineage, voice: Voice) -> Iterator[Block]:
    told = [f"{name} = {_short(value)}" for name, value in one.recipe.items() if value not in ("", [], None)]
    recipe = voice("; ", "；").join(told)
    split = next((text for kind, text in SPLIT_TEXT.items() if kind == one.split), Text(one.split, one.split))
    yield Note(voice(f"Tested on: {split.en}.", f"检验方式：{split.zh}。"))
    yield Note(voice(f"Recipe: {recipe}", f"训练方案：{recipe}"))


def _snapshot(one: Snapshot, voice: Voice) -> tuple[Cell | str, ...]:
    parts = [f"{voice.of(LEFT_OUT_TEXT[name])} {count:,}" for name, count in one.left_out.items() if count]
    left = voice("; ", "；").join(parts)
    return (
        f"{one.as_of}",
        voice("taught", "训练") if one.taught else voice("tested", "检验"),
        Cell(f"{one.borrowers:,}", is_number=True),
        left or "—",
        Cell(f"{one.used:,}", is_number=True),
        Cell(f"{one.defaulted:,}", is_number=True),
    )


def _definition(definition: Mapping[str, Any], voice: Voice) -> str:
    parts = []
    if definition.get("use_dpd", True):
        above = definition.get("default_above_dpd")
        parts.append(voice(f"more than {above} days past due", f"逾期超过{above}天"))
    kinds = definition.get("outcome_kinds") or ()
    parts += [str(kind) for kind in kinds]
    return voice(" or ", "或").join(parts)


def _families(model: FrozenModel) -> list[tuple[Text, int, int]]:
    found = []
    for family in FAMILIES:
        own = [name for name in model.features if _family(name) == family_name(family)]
        directed = sum(feature(name).worse != "none" for name in own)
        if own:
            found.append((family.TITLE, len(own), directed))
    return found


def _family(name: str) -> str | None:
    try:
        return family_or_none(feature(name))
    except KeyError:
        return None


def _short(value: Any) -> str:
    return f"[{len(value)}]" if isinstance(value, list) and len(value) > 3 else str(value)
