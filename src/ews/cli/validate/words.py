"""Words: why borrowers of a snapshot are not among the rows used."""

from collections.abc import Mapping

from ews.domain.text import Text

LEFT_OUT_TEXT: Mapping[str, Text] = {
    "without_loan": Text("no live loan", "无存续贷款"),
    "in_default": Text("in default", "已违约"),
    "in_default_learnt_later": Text("in default, learnt later", "已违约（事后获知）"),
    "immature": Text("label not mature", "标签未成熟"),
    "undated": Text("default without a date", "违约日期不详"),
    "used": Text("used", "使用"),
}
