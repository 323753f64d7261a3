"""What a policy may ask besides features: facts about a loan or a borrower on a day.

A rule is judged once all facts it asks are there:
loans       OWN   from the book and the state of the batch before; DEBTOR   from the own tiers of all the debtor's loans
borrowers   GIVEN by the caller; DERIVED by the policy from pd, pd before and scale; SETTLED once tiers are;
            NETWORK from parties' grades and tiers; COMBINED from the signals that held
"""

from dataclasses import dataclass
from typing import Literal

from ews.domain.features import Unit
from ews.domain.text import Text

FactUnit = Unit | Literal["text"]
Way = Literal["higher", "lower", "fixed"]


@dataclass(frozen=True, slots=True)
class Fact:
    """`choices` are the words that a fact of unit `text` can hold.

    `worse` is the direction in which risk rises; `fixed` is what no lift can move.
    """

    name: str
    unit: FactUnit
    en: str
    zh: str
    choices: tuple[str, ...] = ()
    worse: Way = "fixed"

    @property
    def text(self) -> Text:
        return Text(self.en, self.zh)


OWN_LOAN_FACTS: tuple[Fact, ...] = (
    Fact("dpd", "days", "Days past due", "逾期天数", worse="higher"),
    Fact("balance", "fen", "Principal outstanding", "本金余额"),
    Fact("principal", "fen", "Amount paid out", "发放金额"),
    Fact("product", "text", "Product", "产品", ("business", "mortgage", "consumer", "card", "other")),
    Fact("repayment", "text", "How it is repaid", "还款方式", ("instalment", "bullet", "revolving")),
    Fact("security", "text", "Main security", "担保方式", ("none", "guarantee", "mortgage", "pledge")),
    Fact("retail", "flag", "Classified as retail", "是否零售"),
    Fact("is_card", "flag", "Is a card", "是否信用卡"),
    Fact("days_to_maturity", "days", "Days to maturity; negative once it has passed", "距到期天数"),
    Fact("listed_default", "flag", "Its borrower is listed as in default", "借款人是否列为违约"),
    Fact("months_on_book", "months", "Months since payout", "账龄（月）"),
    Fact(
        "overdue_excused",
        "flag",
        "The arrears have a recorded operational or technical cause",
        "逾期是否属操作或技术性原因",
    ),
    Fact(
        "use_of_funds",
        "text",
        "Use of funds as last found",
        "资金用途认定",
        ("none", "as_agreed", "diverted"),
        "higher",
    ),
    Fact(
        "external_rating",
        "text",
        "External rating as last found",
        "外部评级认定",
        ("none", "stable", "downgraded_sharply"),
        "higher",
    ),
    Fact(
        "bankruptcy",
        "text",
        "Bankruptcy as last found",
        "破产认定",
        ("none", "reorganisation", "liquidation"),
        "higher",
    ),
    Fact(
        "repayment_ability",
        "text",
        "Ability to repay as last found",
        "偿债能力认定",
        ("none", "able", "unable"),
        "higher",
    ),
    Fact("impaired", "flag", "Found to be credit-impaired", "是否认定信用减值", worse="higher"),
    Fact(
        "impairment_share",
        "share",
        "Expected loss found, as a share of the book value",
        "认定的预期损失占比",
        worse="higher",
    ),
    Fact("debt_evasion", "flag", "Found to evade debt", "是否认定逃废债", worse="higher"),
    Fact("enhanced", "flag", "Has recognised credit enhancement", "是否有认可的信用增级", worse="lower"),
    Fact("repays_old", "flag", "Was paid out to repay an older loan", "是否用于归还旧贷款"),
    Fact("qualifying_renewal", "flag", "A renewal that the rules except", "是否属合规续贷"),
    Fact("months_clean", "months", "Whole months since anything was last past due", "连续正常还款月数", worse="lower"),
    Fact(
        "periods_clean",
        "count",
        "Due dates paid in full since anything was last past due",
        "连续正常还款期数",
        worse="lower",
    ),
    Fact("restructured", "flag", "Restructured", "是否重组"),
    Fact("restructured_again", "flag", "Restructured again within observation", "观察期内是否再次重组"),
    Fact(
        "observation_months",
        "months",
        "Months of observation served since the restructuring",
        "重组观察已满月数",
        worse="lower",
    ),
    Fact("observation_periods", "count", "Due dates paid in observation", "重组观察已满期数", worse="lower"),
    Fact("was_non_performing", "flag", "Was non-performing and has not been cured since", "此前是否为不良且尚未治愈"),
    Fact("by_days_alone", "flag", "Classified by days past due alone", "是否按脱期法分类"),
)

DEBTOR_LOAN_FACTS: tuple[Fact, ...] = (
    Fact(
        "other_claim_non_performing",
        "flag",
        "Another loan of the debtor here is non-performing",
        "债务人在本行其他债权是否不良",
        worse="higher",
    ),
    Fact(
        "non_performing_share_here",
        "share",
        "Share of the debtor's claims here that are non-performing",
        "债务人在本行债权不良占比",
        worse="higher",
    ),
    Fact("external_dpd", "days", "Days past due at other institutions", "他行逾期天数", worse="higher"),
    Fact(
        "overdue_90_share_all_banks",
        "share",
        "Share of the debts over all banks more than 90 days past due",
        "全部银行债务逾期90天以上占比",
        worse="higher",
    ),
)

LOAN_FACTS: tuple[Fact, ...] = OWN_LOAN_FACTS + DEBTOR_LOAN_FACTS

GIVEN_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact(
        "pd", "share", "Probability of default; null in default or where the model abstains", "违约概率", worse="higher"
    ),
    Fact("pd_before", "share", "Probability of default in the batch compared with", "对比批次违约概率"),
    Fact("in_default", "flag", "In default", "是否已违约"),
    Fact("dpd_max", "days", "Most days past due of any loan", "最长逾期天数", worse="higher"),
    Fact("exposure", "fen", "Exposure over all loans", "风险敞口"),
    Fact("loans", "count", "Number of loans", "贷款笔数"),
    Fact("months_as_customer", "months", "Months as a customer", "客户关系月数"),
    Fact("by_dpd_alone", "flag", "All its loans are classified by days past due alone", "是否全部按脱期法分类"),
    Fact("kind", "text", "Firm or individual", "企业或个人", ("firm", "individual")),
    Fact("retail", "flag", "Classified as retail", "是否零售"),
    Fact(
        "stoppage",
        "text",
        "Stoppage as found in the newest check",
        "检查认定的停产情况",
        ("none", "no", "partly", "yes"),
        "higher",
    ),
    Fact(
        "days_not_seen",
        "days",
        "Days for which a ground of the tier has not been seen",
        "分类依据未能核实的天数",
        worse="higher",
    ),
    Fact("tier_rank_before", "count", "Rank of the tier in the batch compared with; 0 is pass", "对比批次五级分类序号"),
)

DERIVED_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact(
        "pd_change",
        "ratio",
        "Probability of default as a multiple of the one before",
        "违约概率变动倍数",
        worse="higher",
    ),
    Fact("grade_rank", "count", "Rank of the grade; 1 is best", "信用等级序号", worse="higher"),
    Fact("grade_rank_before", "count", "Rank of the grade in the batch compared with", "对比批次信用等级序号"),
    Fact("grade_fall", "count", "Grades lost since the batch compared with", "信用等级下调级数", worse="higher"),
)

SETTLED_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact("tier_rank", "count", "Rank of the tier; 0 is pass", "五级分类序号", worse="higher"),
    Fact("tier_fall", "count", "Tiers lost since the batch compared with", "五级分类下调级数", worse="higher"),
)

NETWORK_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact(
        "guaranteed_turned_bad",
        "count",
        "Guaranteed parties that turned bad since the batch compared with",
        "较对比批次恶化的被担保人数",
        worse="higher",
    ),
    Fact(
        "guarantors_turned_bad",
        "count",
        "Guarantors that turned bad since the batch compared with",
        "较对比批次恶化的保证人数",
        worse="higher",
    ),
    Fact(
        "group_newly_in_default",
        "count",
        "Group members in default since the batch compared with",
        "较对比批次新增违约的集团成员数",
        worse="higher",
    ),
)

COMBINED_BORROWER_FACTS: tuple[Fact, ...] = (
    Fact(
        "patterns_held",
        "count",
        "Different patterns among the signals that hold",
        "成立信号涉及的风险特征数",
        worse="higher",
    ),
)

BORROWER_FACTS: tuple[Fact, ...] = (
    GIVEN_BORROWER_FACTS
    + DERIVED_BORROWER_FACTS
    + SETTLED_BORROWER_FACTS
    + NETWORK_BORROWER_FACTS
    + COMBINED_BORROWER_FACTS
)
