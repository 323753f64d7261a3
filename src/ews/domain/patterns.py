"""Patterns (风险特征): what loans that went bad had in common before they failed.

The first twelve are the practitioners' list; the others are indicators that regulators name (EBA/GL/2020/06 §8.5).
Each feature serves one of them through its reason code.
"""

from enum import StrEnum

from ews.domain.text import Text


class Pattern(StrEnum):
    FLOWS_DROP = "FLOWS_DROP"
    CARDS_DRAWN = "CARDS_DRAWN"
    GUARANTEES = "GUARANTEES"
    CREDIT_SOUGHT = "CREDIT_SOUGHT"
    NEW_FOR_OLD = "NEW_FOR_OLD"
    OFF_TRADE = "OFF_TRADE"
    SPECULATION = "SPECULATION"
    SECTOR_DECLINE = "SECTOR_DECLINE"
    FUNDS_MISUSED = "FUNDS_MISUSED"
    COSTS_SHRINK = "COSTS_SHRINK"
    LATE = "LATE"
    HISTORY_NO_SHIELD = "HISTORY_NO_SHIELD"
    DEBT_SERVICE = "DEBT_SERVICE"
    CONNECTED_CLIENTS = "CONNECTED_CLIENTS"
    COLLATERAL = "COLLATERAL"
    LEGAL_ACTION = "LEGAL_ACTION"

    @property
    def text(self) -> Text:
        return _TEXT[self]


STANDING, MOVEMENT, COMBINATION = "STANDING", "MOVEMENT", "COMBINATION"
"""What a signal is about that looks for no pattern: where one stands, how one moved, how much comes together."""
NO_PATTERN = (STANDING, MOVEMENT, COMBINATION)

_TEXT = {
    Pattern.FLOWS_DROP: Text("Account flows drop or do not fit the trade", "账户流水骤降或与行业不符"),
    Pattern.CARDS_DRAWN: Text("Cards drawn near the limit and barely paid back", "信用卡长期高额透支"),
    Pattern.GUARANTEES: Text("Too much guaranteed, or a guaranteed party in trouble", "对外担保过多或被担保人出险"),
    Pattern.CREDIT_SOUGHT: Text("Credit asked for again and again", "征信频繁查询"),
    Pattern.NEW_FOR_OLD: Text("Repaid with borrowed money", "借新还旧"),
    Pattern.OFF_TRADE: Text("Business outside the main trade", "偏离主营业务"),
    Pattern.SPECULATION: Text("Securities or private lending", "涉足证券或民间借贷"),
    Pattern.SECTOR_DECLINE: Text("Trade or region in decline", "行业或地区下行"),
    Pattern.FUNDS_MISUSED: Text("Loan money not used as agreed", "贷款资金未按约定使用"),
    Pattern.COSTS_SHRINK: Text("Wages, taxes and bills shrink", "工资税费水电萎缩"),
    Pattern.LATE: Text("Late or missed instalments", "还款迟延或首期违约"),
    Pattern.HISTORY_NO_SHIELD: Text("A long relationship is no protection", "老客户同样可能出险"),
    Pattern.DEBT_SERVICE: Text("Debt service outgrows means", "偿债能力不足"),
    Pattern.CONNECTED_CLIENTS: Text("Trouble among connected parties", "关联方出险"),
    Pattern.COLLATERAL: Text("Collateral weakens", "押品价值或权属弱化"),
    Pattern.LEGAL_ACTION: Text("Lawsuits and enforcement", "涉诉与被执行"),
}
