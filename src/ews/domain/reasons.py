"""Reason codes (原因代码): the groups under which a score is explained, each serving one pattern."""

from enum import StrEnum

from ews.domain.patterns import Pattern
from ews.domain.text import Text


class ReasonCode(StrEnum):
    INFLOW_FELL = "INFLOW_FELL"
    FLOWS_UNSTEADY = "FLOWS_UNSTEADY"
    BELOW_PEERS = "BELOW_PEERS"
    ACCOUNT_MOVED = "ACCOUNT_MOVED"
    FLOWS_INFLATED = "FLOWS_INFLATED"
    PARTNERS_LOST = "PARTNERS_LOST"
    BALANCE_THIN = "BALANCE_THIN"
    DEBT_SERVICE_TIGHT = "DEBT_SERVICE_TIGHT"
    REPAYMENT_DUE = "REPAYMENT_DUE"
    DEBT_HEAVY = "DEBT_HEAVY"
    LOANS_ELSEWHERE = "LOANS_ELSEWHERE"
    BUSINESS_COSTS_SHRANK = "BUSINESS_COSTS_SHRANK"
    FLOWS_OFF_TRADE = "FLOWS_OFF_TRADE"
    SECURITIES = "SECURITIES"
    PRIVATE_LENDING = "PRIVATE_LENDING"
    FUNDS_MISUSED = "FUNDS_MISUSED"
    CARD_PAYS_LOAN = "CARD_PAYS_LOAN"
    BRIDGE_MONEY = "BRIDGE_MONEY"
    BORROWS_TO_REPAY = "BORROWS_TO_REPAY"
    CREDIT_SOUGHT = "CREDIT_SOUGHT"
    CREDIT_REFUSED = "CREDIT_REFUSED"
    GUARANTEES_HEAVY = "GUARANTEES_HEAVY"
    GUARANTEED_IN_TROUBLE = "GUARANTEED_IN_TROUBLE"
    GUARANTEE_CALLED = "GUARANTEE_CALLED"
    CARD_NEAR_LIMIT = "CARD_NEAR_LIMIT"
    CARD_MINIMUM_ONLY = "CARD_MINIMUM_ONLY"
    CARD_CASH = "CARD_CASH"
    ARREARS = "ARREARS"
    PAYS_LATE = "PAYS_LATE"
    UNIT_IN_TROUBLE = "UNIT_IN_TROUBLE"
    OWNER_STRETCHED = "OWNER_STRETCHED"
    COLLATERAL_WEAK = "COLLATERAL_WEAK"
    LEGAL_ACTION = "LEGAL_ACTION"
    SECTOR_DECLINE = "SECTOR_DECLINE"
    SEASONING = "SEASONING"

    @property
    def pattern(self) -> Pattern:
        """Return the pattern of failing loans that the code's features look for."""
        return _PATTERN[self]

    @property
    def text(self) -> Text:
        """Return what the code says where its evidence stands on the worse side."""
        return _TEXT[self]

    @property
    def topic(self) -> Text:
        """Return what the code is about, which holds whatever the evidence says."""
        return _TOPIC[self]


_PATTERN = {
    ReasonCode.INFLOW_FELL: Pattern.FLOWS_DROP,
    ReasonCode.FLOWS_UNSTEADY: Pattern.FLOWS_DROP,
    ReasonCode.BELOW_PEERS: Pattern.FLOWS_DROP,
    ReasonCode.ACCOUNT_MOVED: Pattern.FLOWS_DROP,
    ReasonCode.FLOWS_INFLATED: Pattern.FLOWS_DROP,
    ReasonCode.PARTNERS_LOST: Pattern.FLOWS_DROP,
    ReasonCode.BALANCE_THIN: Pattern.DEBT_SERVICE,
    ReasonCode.DEBT_SERVICE_TIGHT: Pattern.DEBT_SERVICE,
    ReasonCode.REPAYMENT_DUE: Pattern.DEBT_SERVICE,
    ReasonCode.DEBT_HEAVY: Pattern.DEBT_SERVICE,
    ReasonCode.LOANS_ELSEWHERE: Pattern.DEBT_SERVICE,
    ReasonCode.BUSINESS_COSTS_SHRANK: Pattern.COSTS_SHRINK,
    ReasonCode.FLOWS_OFF_TRADE: Pattern.OFF_TRADE,
    ReasonCode.SECURITIES: Pattern.SPECULATION,
    ReasonCode.PRIVATE_LENDING: Pattern.SPECULATION,
    ReasonCode.FUNDS_MISUSED: Pattern.FUNDS_MISUSED,
    ReasonCode.CARD_PAYS_LOAN: Pattern.FUNDS_MISUSED,
    ReasonCode.BRIDGE_MONEY: Pattern.NEW_FOR_OLD,
    ReasonCode.BORROWS_TO_REPAY: Pattern.NEW_FOR_OLD,
    ReasonCode.CREDIT_SOUGHT: Pattern.CREDIT_SOUGHT,
    ReasonCode.CREDIT_REFUSED: Pattern.CREDIT_SOUGHT,
    ReasonCode.GUARANTEES_HEAVY: Pattern.GUARANTEES,
    ReasonCode.GUARANTEED_IN_TROUBLE: Pattern.GUARANTEES,
    ReasonCode.GUARANTEE_CALLED: Pattern.GUARANTEES,
    ReasonCode.CARD_NEAR_LIMIT: Pattern.CARDS_DRAWN,
    ReasonCode.CARD_MINIMUM_ONLY: Pattern.CARDS_DRAWN,
    ReasonCode.CARD_CASH: Pattern.CARDS_DRAWN,
    ReasonCode.ARREARS: Pattern.LATE,
    ReasonCode.PAYS_LATE: Pattern.LATE,
    ReasonCode.UNIT_IN_TROUBLE: Pattern.CONNECTED_CLIENTS,
    ReasonCode.OWNER_STRETCHED: Pattern.CONNECTED_CLIENTS,
    ReasonCode.COLLATERAL_WEAK: Pattern.COLLATERAL,
    ReasonCode.LEGAL_ACTION: Pattern.LEGAL_ACTION,
    ReasonCode.SECTOR_DECLINE: Pattern.SECTOR_DECLINE,
    ReasonCode.SEASONING: Pattern.HISTORY_NO_SHIELD,
}
_TEXT = {
    ReasonCode.INFLOW_FELL: Text("Money coming in has fallen", "入账减少"),
    ReasonCode.FLOWS_UNSTEADY: Text("Account flows are unsteady", "资金往来不稳定"),
    ReasonCode.BELOW_PEERS: Text("Flows fall behind those of the trade", "流水落后于同业"),
    ReasonCode.ACCOUNT_MOVED: Text("Settlement has moved elsewhere", "结算外移"),
    ReasonCode.FLOWS_INFLATED: Text("Flows go round in a circle", "资金空转虚增流水"),
    ReasonCode.PARTNERS_LOST: Text("Trading partners are few or lost", "交易对手集中或流失"),
    ReasonCode.BALANCE_THIN: Text("Little money is left on the accounts", "账户余额偏低"),
    ReasonCode.DEBT_SERVICE_TIGHT: Text("Money coming in hardly covers what falls due", "入账难以覆盖到期本息"),
    ReasonCode.REPAYMENT_DUE: Text("A large repayment falls due soon", "大额还款临近"),
    ReasonCode.DEBT_HEAVY: Text("Debt is heavy", "负债偏重"),
    ReasonCode.LOANS_ELSEWHERE: Text("Debt at other institutions weighs", "他行负债偏重"),
    ReasonCode.BUSINESS_COSTS_SHRANK: Text("Wages, taxes or utilities are shrinking", "工资税费水电支出萎缩"),
    ReasonCode.FLOWS_OFF_TRADE: Text("Money moves outside the trade", "资金流向偏离主营"),
    ReasonCode.SECURITIES: Text("Money goes to securities", "资金流向证券账户"),
    ReasonCode.PRIVATE_LENDING: Text("Payments look like private lending", "疑似民间借贷"),
    ReasonCode.FUNDS_MISUSED: Text("Loan money is not used as agreed", "贷款资金疑似挪用"),
    ReasonCode.CARD_PAYS_LOAN: Text("Instalments are paid from card cash", "信用卡取现还贷"),
    ReasonCode.BRIDGE_MONEY: Text("Repayments come from bridge money", "过桥资金还款"),
    ReasonCode.BORROWS_TO_REPAY: Text("New loans repay old ones", "借新还旧"),
    ReasonCode.CREDIT_SOUGHT: Text("Credit is asked for again and again", "频繁申请信贷"),
    ReasonCode.CREDIT_REFUSED: Text("Credit was asked for and not granted", "多次查询未获授信"),
    ReasonCode.GUARANTEES_HEAVY: Text("Much is guaranteed for others", "对外担保过重"),
    ReasonCode.GUARANTEED_IN_TROUBLE: Text("Guaranteed parties are in trouble", "被担保人出险"),
    ReasonCode.GUARANTEE_CALLED: Text("Guarantees are being called", "发生担保代偿"),
    ReasonCode.CARD_NEAR_LIMIT: Text("Cards are drawn near the limit", "信用卡接近额度上限"),
    ReasonCode.CARD_MINIMUM_ONLY: Text("Cards are paid back barely", "信用卡还款不足"),
    ReasonCode.CARD_CASH: Text("Cash is drawn on cards", "信用卡取现"),
    ReasonCode.ARREARS: Text("Repayments are overdue", "存在逾期"),
    ReasonCode.PAYS_LATE: Text("Repayments come late", "习惯性迟还"),
    ReasonCode.UNIT_IN_TROUBLE: Text("Controller, spouse or affiliates are in trouble", "关联人出险"),
    ReasonCode.OWNER_STRETCHED: Text("The owner lives on credit", "实际控制人信用紧张"),
    ReasonCode.COLLATERAL_WEAK: Text("Collateral is weak", "押品不足或受限"),
    ReasonCode.LEGAL_ACTION: Text("Lawsuits or enforcement", "涉诉或被执行"),
    ReasonCode.SECTOR_DECLINE: Text("The trade or region is in decline", "行业或地区下行"),
    ReasonCode.SEASONING: Text("Age and term of the loans", "贷款账龄与期限"),
}
_TOPIC = {
    ReasonCode.INFLOW_FELL: Text("Money coming in", "入账情况"),
    ReasonCode.FLOWS_UNSTEADY: Text("Steadiness of account flows", "资金往来稳定性"),
    ReasonCode.BELOW_PEERS: Text("Flows against the trade", "流水与同业对比"),
    ReasonCode.ACCOUNT_MOVED: Text("Share of settlement here", "结算归行情况"),
    ReasonCode.FLOWS_INFLATED: Text("Circular flows", "资金循环情况"),
    ReasonCode.PARTNERS_LOST: Text("Trading partners", "交易对手情况"),
    ReasonCode.BALANCE_THIN: Text("Account balances", "账户余额情况"),
    ReasonCode.DEBT_SERVICE_TIGHT: Text("Means against what falls due", "偿债来源情况"),
    ReasonCode.REPAYMENT_DUE: Text("Repayments falling due", "到期还款情况"),
    ReasonCode.DEBT_HEAVY: Text("Debt", "负债情况"),
    ReasonCode.LOANS_ELSEWHERE: Text("Debt at other institutions", "他行负债情况"),
    ReasonCode.BUSINESS_COSTS_SHRANK: Text("Wages, taxes and utilities", "工资税费水电支出情况"),
    ReasonCode.FLOWS_OFF_TRADE: Text("Where the money goes", "资金流向"),
    ReasonCode.SECURITIES: Text("Money to securities", "证券资金往来情况"),
    ReasonCode.PRIVATE_LENDING: Text("Payments with private persons", "个人资金往来情况"),
    ReasonCode.FUNDS_MISUSED: Text("Use of loan money", "贷款资金使用情况"),
    ReasonCode.CARD_PAYS_LOAN: Text("Card cash and instalments", "信用卡取现与还贷情况"),
    ReasonCode.BRIDGE_MONEY: Text("Source of repayments", "还款资金来源"),
    ReasonCode.BORROWS_TO_REPAY: Text("New and replaced loans", "新增与续借贷款"),
    ReasonCode.CREDIT_SOUGHT: Text("Credit inquiries", "征信查询情况"),
    ReasonCode.CREDIT_REFUSED: Text("Inquiries and credit granted", "查询与授信情况"),
    ReasonCode.GUARANTEES_HEAVY: Text("Guarantees", "担保情况"),
    ReasonCode.GUARANTEED_IN_TROUBLE: Text("State of guaranteed parties", "担保关联方情况"),
    ReasonCode.GUARANTEE_CALLED: Text("Calls on guarantees", "担保代偿情况"),
    ReasonCode.CARD_NEAR_LIMIT: Text("How far cards are drawn", "信用卡额度使用情况"),
    ReasonCode.CARD_MINIMUM_ONLY: Text("How cards are paid back", "信用卡还款情况"),
    ReasonCode.CARD_CASH: Text("Cash on cards", "信用卡取现情况"),
    ReasonCode.ARREARS: Text("Arrears record", "逾期记录"),
    ReasonCode.PAYS_LATE: Text("Punctuality of repayments", "还款及时性"),
    ReasonCode.UNIT_IN_TROUBLE: Text("State of connected parties", "关联人情况"),
    ReasonCode.OWNER_STRETCHED: Text("The owner's cards and inquiries", "实际控制人信用情况"),
    ReasonCode.COLLATERAL_WEAK: Text("Collateral", "押品情况"),
    ReasonCode.LEGAL_ACTION: Text("Public records", "公开涉诉信息"),
    ReasonCode.SECTOR_DECLINE: Text("Trade and region", "行业与地区情况"),
    ReasonCode.SEASONING: Text("Age and term of the loans", "贷款账龄与期限"),
}
