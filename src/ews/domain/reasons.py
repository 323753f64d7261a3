"""Reason codes (原因代码): the groups under which a score is explained."""

from enum import StrEnum

from ews.domain.text import Text


class ReasonCode(StrEnum):
    INFLOW_FELL = "INFLOW_FELL"
    FLOWS_UNSTEADY = "FLOWS_UNSTEADY"
    BALANCE_THIN = "BALANCE_THIN"
    BUSINESS_COSTS_SHRANK = "BUSINESS_COSTS_SHRANK"
    FLOWS_OFF_TRADE = "FLOWS_OFF_TRADE"
    PARTNERS_LOST = "PARTNERS_LOST"
    CREDIT_SOUGHT = "CREDIT_SOUGHT"
    CREDIT_REFUSED = "CREDIT_REFUSED"
    GUARANTEES_HEAVY = "GUARANTEES_HEAVY"
    GUARANTEED_IN_TROUBLE = "GUARANTEED_IN_TROUBLE"
    CARD_NEAR_LIMIT = "CARD_NEAR_LIMIT"
    CARD_MINIMUM_ONLY = "CARD_MINIMUM_ONLY"
    CARD_CASH = "CARD_CASH"
    ARREARS = "ARREARS"
    PAYS_LATE = "PAYS_LATE"
    BORROWS_TO_REPAY = "BORROWS_TO_REPAY"
    DEBT_HEAVY = "DEBT_HEAVY"
    SEASONING = "SEASONING"

    @property
    def text(self) -> Text:
        """Return what the code says where its evidence stands on the worse side."""
        return _TEXT[self]

    @property
    def topic(self) -> Text:
        """Return what the code is about, which holds whatever the evidence says."""
        return _TOPIC[self]


_TEXT = {
    ReasonCode.INFLOW_FELL: Text("Money coming in has fallen", "入账减少"),
    ReasonCode.FLOWS_UNSTEADY: Text("Account flows are unsteady", "资金往来不稳定"),
    ReasonCode.BALANCE_THIN: Text("Little money is left on the accounts", "账户余额偏低"),
    ReasonCode.BUSINESS_COSTS_SHRANK: Text("Wages, taxes or utilities are shrinking", "工资税费水电支出萎缩"),
    ReasonCode.FLOWS_OFF_TRADE: Text("Money moves outside the trade", "资金流向偏离主营"),
    ReasonCode.PARTNERS_LOST: Text("Trading partners are few or lost", "交易对手集中或流失"),
    ReasonCode.CREDIT_SOUGHT: Text("Credit is asked for again and again", "频繁申请信贷"),
    ReasonCode.CREDIT_REFUSED: Text("Credit was asked for and not granted", "多次查询未获授信"),
    ReasonCode.GUARANTEES_HEAVY: Text("Much is guaranteed for others", "对外担保过重"),
    ReasonCode.GUARANTEED_IN_TROUBLE: Text("Guaranteed parties are in trouble", "被担保人出险"),
    ReasonCode.CARD_NEAR_LIMIT: Text("Cards are drawn near the limit", "信用卡接近额度上限"),
    ReasonCode.CARD_MINIMUM_ONLY: Text("Cards are paid back barely", "信用卡还款不足"),
    ReasonCode.CARD_CASH: Text("Cash is drawn on cards", "信用卡取现"),
    ReasonCode.ARREARS: Text("Repayments are overdue", "存在逾期"),
    ReasonCode.PAYS_LATE: Text("Repayments come late", "习惯性迟还"),
    ReasonCode.BORROWS_TO_REPAY: Text("New loans repay old ones", "借新还旧"),
    ReasonCode.DEBT_HEAVY: Text("Debt is heavy", "负债偏重"),
    ReasonCode.SEASONING: Text("Age and term of the loans", "贷款账龄与期限"),
}
_TOPIC = {
    ReasonCode.INFLOW_FELL: Text("Money coming in", "入账情况"),
    ReasonCode.FLOWS_UNSTEADY: Text("Steadiness of account flows", "资金往来稳定性"),
    ReasonCode.BALANCE_THIN: Text("Account balances", "账户余额情况"),
    ReasonCode.BUSINESS_COSTS_SHRANK: Text("Wages, taxes and utilities", "工资税费水电支出情况"),
    ReasonCode.FLOWS_OFF_TRADE: Text("Where the money goes", "资金流向"),
    ReasonCode.PARTNERS_LOST: Text("Trading partners", "交易对手情况"),
    ReasonCode.CREDIT_SOUGHT: Text("Credit inquiries", "征信查询情况"),
    ReasonCode.CREDIT_REFUSED: Text("Inquiries and credit granted", "查询与授信情况"),
    ReasonCode.GUARANTEES_HEAVY: Text("Guarantees", "担保情况"),
    ReasonCode.GUARANTEED_IN_TROUBLE: Text("State of guaranteed parties", "担保关联方情况"),
    ReasonCode.CARD_NEAR_LIMIT: Text("How far cards are drawn", "信用卡额度使用情况"),
    ReasonCode.CARD_MINIMUM_ONLY: Text("How cards are paid back", "信用卡还款情况"),
    ReasonCode.CARD_CASH: Text("Cash on cards", "信用卡取现情况"),
    ReasonCode.ARREARS: Text("Arrears record", "逾期记录"),
    ReasonCode.PAYS_LATE: Text("Punctuality of repayments", "还款及时性"),
    ReasonCode.BORROWS_TO_REPAY: Text("New and replaced loans", "新增与续借贷款"),
    ReasonCode.DEBT_HEAVY: Text("Debt", "负债情况"),
    ReasonCode.SEASONING: Text("Age and term of the loans", "贷款账龄与期限"),
}
