"""Sources of rules as a Chinese reader knows them: the policy names them in English.

What is not among the phrases below stays as the bank's own policy has it.
"""

import re
from collections.abc import Mapping

from ews.domain.text import Language

_CHINESE: Mapping[str, str] = {
    "CBIRC and PBoC Order [2023] No. 1": "《商业银行金融资产风险分类办法》（银保监会、人民银行令〔2023〕第1号）",
    "Measures for the Supervision of the Credit Card Business of Commercial Banks (2011)": (
        "《商业银行信用卡业务监督管理办法》（2011年）"
    ),
    "PBoC guidance on loan loss provisions 2002": "《银行贷款损失准备计提指引》（人民银行，2002年）",
    "renewal policy for small firms, extended to medium firms until 2027-09-30": (
        "小微企业无还本续贷政策（中型企业适用至2027-09-30）"
    ),
    "EBA/GL/2020/06 §8.5": "欧洲银行管理局 EBA/GL/2020/06 第8.5节",
    "SAMA (2020) app. 1": "沙特央行（2020）附录1",
    "which products is the bank's choice": "适用产品由银行选定",
    "credit-impaired assets": "已发生信用减值资产",
    "(assessment of group members)": "（集团成员评估）",
    "(debt service)": "（偿债）",
    "(connected clients)": "（关联客户）",
    "(group, connected clients)": "（集团及关联客户）",
    "(payment behaviour on other facilities)": "（其他授信还款表现）",
    "(negative class migration)": "（分类下迁）",
    "(worse internal grade)": "（内部评级下降）",
    "(negative trend of pd)": "（违约概率上升）",
    "(sector or region)": "（行业或地区）",
    "(loan-to-value)": "（贷款价值比）",
    "(legal action)": "（涉诉）",
    "(changed terms)": "（条款变更）",
    "(business slowdown)": "（经营放缓）",
    "(access to funding)": "（融资可得性）",
    "(30 days past due)": "（逾期30天）",
    "(30 days, rebuttable)": "（30天，可推翻）",
    "(90 days, rebuttable)": "（90天，可推翻）",
    "(payroll)": "（代发工资）",
    "(guarantor in default)": "（保证人违约）",
    "(early arrears 5-30 days)": "（早期逾期5—30天）",
    "(early arrears)": "（早期逾期）",
    "(credit balance −95 % in 6 months)": "（贷方余额6个月下降95%）",
    "(average balance below 0.05 % of debt)": "（日均余额低于债务的0.05%）",
    "numbers: ": "数值：",
    "number: ": "数值：",
    "level: ": "级别：",
    "practice": "行业惯例",
    "; ": "；",
    ": ": "：",
}
_TO_VERIFY = "(to verify)"
_PHRASES = re.compile("|".join(re.escape(one) for one in sorted(_CHINESE, key=len, reverse=True)))


def source_text(source: str, article: str | None, language: Language) -> str:
    """Return where a rule comes from, with the article, and once that it is still to be verified."""
    bare, number = (one.replace(_TO_VERIFY, "").strip() for one in (source, article or ""))
    is_open = _TO_VERIFY in f"{source}{article}"
    if language is Language.EN:
        return f"{bare}{f', art. {number}' if number else ''}{f' {_TO_VERIFY}' if is_open else ''}"
    told = re.sub(r"\s+(?=（)", "", _PHRASES.sub(lambda found: _CHINESE[found[0]], bare))
    item = re.fullmatch(r"(\S+) \((\d+)\)", number)
    place = f"第{item[1]}条第{item[2]}项" if item else f"第{number}条" if number else ""
    return f"{told}{place}{'（待核）' if is_open else ''}"
