"""Unproven: what the data of this validation do not show, in plain words, so that nobody reads more into it."""

from collections.abc import Sequence

from ews.cli.validate.remade import Remade
from ews.cli.validate.system import Watched
from ews.domain.text import Text
from ews.models.frozen import FrozenModel
from ews.validation.cohorts import cohorts
from ews.validation.results import Area, Result, Verdict
from ews.validation.tested import Tested

_YEARS = 12


def unproven(
    model: FrozenModel,
    again: Remade,
    tested: Tested,
    system: Watched,
    results: Sequence[Result],
    *,
    is_quick: bool,
) -> tuple[Text, ...]:
    """Return the sentences, the weightiest first."""
    few = sum(one.verdict is Verdict.TOO_FEW for one in results)
    return tuple(
        one
        for one in (
            _cycle(model, tested),
            _later(again),
            system.why,
            _few(few, len(results)),
            _treated(results),
            _fairness(results),
            _overlap(tested, model),
            _quick(is_quick=is_quick),
            Text(
                "A test that passed says that no fault of the size named beside it was seen, not that there is none.",
                "检验通过仅表示未发现所列程度的缺陷，不表示不存在缺陷。",
            ),
        )
        if one is not None
    )


def _cycle(model: FrozenModel, tested: Tested) -> Text:
    first, last = tested.days[0], tested.days[-1]
    months = 12 * (last.year - first.year) + last.month - first.month + model.horizon_months
    return Text(
        f"The outcomes cover {months} months from {first}. That is no whole economic cycle: how the model does in a "
        "downturn that these months do not hold is not known.",
        f"检验结果覆盖自{first}起{months}个月，不足一个完整经济周期；未经历的下行期表现未知。",
    )


def _later(again: Remade) -> Text | None:
    if again.later_days:
        return None
    if again.parts.plan.kind != "time":
        return Text(
            "Rows were not parted by time: nothing shows how the model does on later months.",
            "训练与检验未按时间划分，无法说明模型在后续月份的表现。",
        )
    return Text(
        "No label has matured since the model's own test: this validation sees the same rows as the training's test.",
        "模型自身检验之后尚无新成熟标签：本次验证与训练时的检验样本相同。",
    )


def _few(few: int, total: int) -> Text | None:
    if not few:
        return None
    return Text(
        f"{few} of {total} results have too few defaults to say anything; they are neither good nor bad.",
        f"{total}项结果中有{few}项因违约过少无法判断，既非通过也非不通过。",
    )


def _treated(results: Sequence[Result]) -> Text | None:
    if any(one.test == "treated_share" for one in results):
        return Text(
            "What officers did kept some borrowers from default. How many is not known, only bounded: see calibration.",
            "客户经理的处置使部分客户免于违约，其数量只能给出上下限，见校准一章。",
        )
    return Text(
        "No treatment of a borrower is on record within the horizon: what officers did, if anything, cannot be told "
        "apart from what the model foresaw.",
        "表现期内无处置记录，无法区分处置效果与模型预测效果。",
    )


def _fairness(results: Sequence[Result]) -> Text | None:
    if any(one.test.startswith(Area.FAIRNESS.value) for one in results):
        return None
    return Text(
        "The book holds no protected attribute, so that fairness by sex, age and the like was not tested; give the "
        "groups with --groups.",
        "数据中无受保护属性，未检验按性别、年龄等的公平性；可用 --groups 提供分组。",
    )


def _overlap(tested: Tested, model: FrozenModel) -> Text | None:
    apart = cohorts(tested.days, model.horizon_months)
    if len(apart) == len(tested.days):
        return None
    return Text(
        f"Labels of the {len(tested.days)} snapshots overlap; {len(apart)} of them do not, and the Jeffreys tests use "
        "these alone. Intervals of the others draw whole guarantee circles.",
        f"{len(tested.days)}个时点的标签相互重叠，其中{len(apart)}个互不重叠，Jeffreys检验仅用后者；其余区间按担保圈整体抽样。",
    )


def _quick(*, is_quick: bool) -> Text | None:
    if not is_quick:
        return None
    return Text(
        "This was a quick validation: no model was fitted anew, so that ablation, shuffled labels and the agreement of "
        "reasons under another seed were not tested; nor were the batches judged again by rules alone.",
        "本次为快速验证：未重新训练模型，未做剔除特征、打乱标签及原因一致性检验，也未按“仅规则”重判各批次。",
    )
