"""Looks at: what a model reads, family by family, in the words of whoever lends money; and what it never reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ews.domain.features import Feature
from ews.domain.text import Text
from ews.features.catalogue import FAMILIES, family_name, family_of, feature

_PLAIN: Mapping[str, Text] = {
    "account_flows": Text(
        "How money moves on the borrower's accounts here: what comes in and how steadily, who pays, what is left, "
        "wages, taxes and bills, money to private persons or securities, and whether inflows cover what falls due.",
        "客户在本行账户的资金往来：入账多少、是否稳定、由谁付款、余额剩多少，工资、税费、水电支出，"
        "流向个人或证券的资金，以及入账能否覆盖应还款。",
    ),
    "credit_inquiries": Text(
        "How often others looked the borrower up to lend, whether loans followed, and debts at other lenders.",
        "其他机构为放款查询征信的次数、查询后是否获贷，以及在他行的负债与逾期。",
    ),
    "guarantee_exposure": Text(
        "For whom the borrower stands surety and for how much, circles of guarantees, and whether those parties are in "
        "trouble.",
        "为谁担保、担保多少，担保圈与互保，被担保人或保证人是否出险。",
    ),
    "card_overdraft": Text(
        "How far cards are drawn and for how long, minimum payments only, cash advances.",
        "信用卡用了多少额度、持续多久，是否只还最低还款额、是否取现。",
    ),
    "repayment_history": Text(
        "Whether instalments come on time, how late, paid in parts, and whether loans are repaid with new loans.",
        "是否按时还款、迟多久、是否部分还款，以及是否以新贷还旧贷。",
    ),
    "loan_profile": Text(
        "What the loans are: amount, age, how they are repaid and secured, when they fall due.",
        "贷款本身：金额、账龄、还款与担保方式、到期时间。",
    ),
    "collateral": Text(
        "What the collateral is worth against the loan, how old its valuation is, whether somebody seized it.",
        "押品价值与贷款之比、估值时间、是否被查封。",
    ),
    "public_events": Text(
        "Lawsuits, enforcement, tax arrears, closures and dishonesty lists.",
        "诉讼、被执行、欠税、停业与失信名单。",
    ),
    "economic_unit": Text(
        "The owner and the family, and the firms of the same group: their debts, cards and arrears.",
        "实际控制人及家庭、同一集团的企业：负债、信用卡与逾期情况。",
    ),
    "peers": Text(
        "How the borrower does against others of the same trade and region, and how trade and region do.",
        "与同行业、同地区客户相比如何，以及行业和地区整体如何。",
    ),
}
NOT_READ: tuple[Text, ...] = (
    Text(
        "sex, age, marriage, education, ethnicity, religion, nationality",
        "性别、年龄、婚姻状况、学历、民族、宗教、国籍",
    ),
    Text("names, ids, the branch and the officer", "姓名、编号、所属支行与客户经理"),
    Text("tiers, warnings and overrides that were decided before", "以往的五级分类、预警与人工调整"),
    Text("what became known only after the day of observation", "观察时点之后才获知的任何信息"),
    Text("photos, chats, contacts or whereabouts of anybody", "任何人的照片、聊天记录、通讯录或行踪"),
)
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class FamilyShown:
    """`higher`, `lower` and `either` count features by the direction in which risk rises.

    `share` is that of the family in all that the model adds and takes away, null where nobody kept that; `examples` are
    its features that weigh most.
    """

    name: str
    title: Text
    plain: Text
    features: tuple[Feature, ...]
    share: float | None
    examples: tuple[Feature, ...]

    def counted(self, worse: str) -> int:
        return sum(one.worse == worse for one in self.features)


def families(features: Sequence[str], weights: Mapping[str, float] | None) -> tuple[FamilyShown, ...]:
    """Return the families that a model reads, the weightiest first; features that this version lacks are left out."""
    known = [feature(name) for name in features if _is_known(name)]
    whole = sum(weights.values()) if weights else 0.0
    found = []
    for family in FAMILIES:
        name = family_name(family)
        own = tuple(one for one in known if family_of(one) == name)
        if own:
            share = sum(weights.get(one.name, 0.0) for one in own) / whole if weights and whole else None
            first = sorted(own, key=lambda one: -weights.get(one.name, 0.0))[:MOST_EXAMPLES] if weights else ()
            found.append(FamilyShown(name, family.TITLE, _PLAIN[name], own, share, tuple(first)))
    return tuple(sorted(found, key=lambda one: -(one.share or 0.0)))


def _is_known(name: str) -> bool:
    try:
        feature(name)
    except KeyError:
        return False
    return True
