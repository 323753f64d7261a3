"""Documentation: the catalogue as a page, in English and Chinese.

`python -m ews.features.documentation > docs/features.md` writes the page.
"""

import inspect
import sys
from types import ModuleType
from typing import cast

from ews.features.catalogue import FAMILIES, Family

INTRODUCTION = """# Features · 特征目录

Generated from the catalogue with `python -m ews.features.documentation > docs/features.md`; do not edit.
本页由特征目录自动生成，请勿手工修改。

*Worse* is the direction in which risk rises; the model is held to it. *Reason* is the code under which a
feature's contribution is told, *pattern* what it looks for. Money is in fen (1/100 of the
currency unit); a change of -0.5 means halved.
“变差方向”为风险上升的方向，模型按此单调约束；“原因代码”为解释评分时的归类；“风险特征”为该特征所针对的出险征兆；
金额单位为分；比率-0.5表示减半。
"""

WORSE = {"higher": "higher 越高", "lower": "lower 越低", "none": "–"}


def page() -> str:
    """Return the page as markdown."""
    return "\n".join([INTRODUCTION, *(_family(family) for family in FAMILIES)])


def _family(family: Family) -> str:
    sheet = inspect.getdoc(cast("ModuleType", family)) or ""
    rows = [
        f"| `{f.name}` | {f.en} | {f.zh} | {f.unit} | {WORSE[f.worse]} "
        f"| {f.reason.value} {f.reason.text.zh} | {f.pattern.value} |"
        for f in family.FEATURES
    ]
    names = ("name", "meaning", "含义", "unit 单位", "worse 变差方向", "reason 原因代码", "pattern 风险特征")
    head = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    title = f"## {family.TITLE.en} · {family.TITLE.zh}"
    return "\n".join([title, "", "```text", sheet.strip(), "```", "", *head, *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(page())
