"""Words: what kinds, states and roles of cases are called, in both languages; one place for API, files and pages."""

from collections.abc import Mapping

from ews.domain.patterns import COMBINATION, MOVEMENT, STANDING, Pattern
from ews.domain.people import Role
from ews.domain.text import Text

HEAD_OFFICE = "head_office"
"""The last role of an escalation: risk managers who are tied to no branch."""

KIND_TEXTS: Mapping[str, Text] = {
    "warning": Text("warning", "预警"),
    "task": Text("task", "任务"),
    "check": Text("post-loan check", "贷后检查"),
    "contact": Text("contact", "联系记录"),
    "measure": Text("measure", "处置措施"),
    "override": Text("override", "人工调整"),
    "watch": Text("watch list", "监察名单"),
    "review": Text("quarterly review", "季度评审"),
    "adoption": Text("adoption of a policy", "政策启用"),
    "promotion": Text("promotion of a model", "模型上线"),
}

PATTERN_TEXTS: Mapping[str, Text] = {
    **{one.value: one.text for one in Pattern},
    STANDING: Text("risk of default too high", "违约风险过高"),
    MOVEMENT: Text("risk of default rose sharply", "违约概率骤升"),
    COMBINATION: Text("several signals at once", "多项信号并发"),
}
"""Kinds of warning: what their signals look for."""

STATE_TEXTS: Mapping[str, Text] = {
    "raised": Text("raised", "已发出"),
    "acknowledged": Text("acknowledged", "已签收"),
    "verified": Text("verified", "已核实"),
    "planned": Text("planned", "已定方案"),
    "handled": Text("handled", "已处置"),
    "lifted": Text("lifted", "已解除"),
    "draft": Text("draft", "草稿"),
    "submitted": Text("submitted", "已提交"),
    "corrected": Text("corrected", "已更正"),
    "open": Text("open", "待办"),
    "done": Text("done", "已完成"),
    "moot": Text("no longer needed", "已无需办理"),
    "cancelled": Text("cancelled", "已取消"),
    "begun": Text("begun", "进行中"),
    "ended": Text("ended", "已结束"),
    "recorded": Text("recorded", "已登记"),
    "proposed": Text("proposed", "已提议"),
    "approved": Text("approved", "已批准"),
    "refused": Text("refused", "已拒绝"),
    "expired": Text("expired", "已到期"),
    "on": Text("on the watch list", "在名单"),
    "off": Text("off the watch list", "已移出名单"),
    "prepared": Text("prepared", "已初分"),
    "determined": Text("determined", "已认定"),
    "returned": Text("returned", "已退回"),
}

ROLE_TEXTS: Mapping[str, Text] = {
    **{role.value: role.text for role in Role},
    HEAD_OFFICE: Text("head office", "总行"),
}
