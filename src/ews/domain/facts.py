"""What a policy may ask besides features: facts about a loan or a borrower on a day.

Loan facts come from the book. Of the borrower facts, those under GIVEN are handed in by the caller and those
under DERIVED are worked out by the policy itself, from the pd, the pd before and the master scale.
"""

from dataclasses import dataclass
from typing import Literal

from ews.domain.features import Unit
from ews.domain.text import Text

FactUnit = Unit | Literal["text"]


@dataclass(frozen=True, slots=True)
class Fact:
    """`choices` are the words that a fact of unit `text` can hold."""

    name: str
    unit: FactUnit
    en: str
    zh: str
    choices: tuple[str, ...] = ()

    @property
    def text(self) -> Text:
        return Text(self.en, self.zh)


LOAN_FACTS: tuple[Fact, ...] = (
    Fact("dpd", "days", "Days past due", "逾期天数"),
    Fact("balance", "fen", "Principal outstanding", "本金余额"),
    Fact("principal", "fen", "Amount paid out", "发放金额"),
    Fact("product", "text", "Product", "产品", ("business", "mortgage", "consumer", "card", "other")),
    Fact("repayment", "text", "How it is repaid", "还款方式", ("instalment", "bullet", "revolving")),
    Fact("security", "text", "Main security", "担保方式", ("none", "guarantee", "mortgage", "pledge")),
    Fact("retail", "flag", "Classified as retail", "是否零售"),
    Fact("is_card", "flag", "Is a card", "是否信用卡"),
    Fact("days_to_maturity", "days", "Days to maturity; negative once it has passed", "距到期天数"),
    Fact("restructured", "flag", "Restructured", "是否重组"),
    Fact("listed_default", "flag", "Its borrower is listed as in default", "借款人是否列为违约"),
    Fact("months_on_book", "months", "Months since payout", "账龄（月）"),
)

GIVEN_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact("pd", "share", "Probability of default; null in default or where the model abstains", "违约概率"),
    Fact("pd_before", "share", "Probability of default in the batch compared with", "对比批次违约概率"),
    Fact("in_default", "flag", "In default", "是否已违约"),
    Fact("dpd_max", "days", "Most days past due of any loan", "最长逾期天数"),
    Fact("exposure", "fen", "Exposure over all loans", "风险敞口"),
    Fact("loans", "count", "Number of loans", "贷款笔数"),
    Fact("months_as_customer", "months", "Months as a customer", "客户关系月数"),
    Fact("by_dpd_alone", "flag", "All its loans are classified by days past due alone", "是否全部按脱期法分类"),
)

DERIVED_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact("pd_change", "ratio", "Probability of default as a multiple of the one before", "违约概率变动倍数"),
    Fact("grade_rank", "count", "Rank of the grade; 1 is best", "信用等级序号"),
    Fact("grade_rank_before", "count", "Rank of the grade in the batch compared with", "对比批次信用等级序号"),
    Fact("grade_fall", "count", "Grades lost since the batch compared with", "信用等级下调级数"),
)

BORROWER_FACTS: tuple[Fact, ...] = GIVEN_BORROWER_FACTS + DERIVED_BORROWER_FACTS
