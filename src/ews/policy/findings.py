"""Findings: what a check can establish, and in which words scoring and features understand it.

Scoring stands beside policy and cannot be asked; a test compares these words with those that it understands.
Second  what alone decides whether a loan is non-performing, excuses its arrears or helps it out again, counts only once
        somebody else has approved it; the law asks for that, and a bank may ask for more (casework.toml, findings).
        A good word that lifts nothing counts at once (`EASY`)
"""

from collections.abc import Collection, Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "use_of_funds": ("none", "as_agreed", "unclear", "diverted"),
    "external_rating": ("none", "stable", "downgraded_sharply"),
    "bankruptcy": ("none", "reorganisation", "liquidation"),
    "repayment_ability": ("none", "able", "unable"),
    "impaired": ("no", "yes"),
    "debt_evasion": ("no", "yes"),
    "credit_enhancement": ("recognised", "none"),
    "stoppage": ("none", "no", "partly", "yes"),
    "firm_size": ("micro", "small", "medium", "large"),
    "financial_difficulty": ("resolved", "unresolved"),
    "guarantee_called": ("no", "yes"),
    "group_assessment": ("done",),
    "contact_reached": ("reached", "later", "not_reached"),
    "order_book": ("full", "usual", "thin"),
}
"""Fields that hold one of some words."""

NUMBERS: Mapping[str, str] = {
    "impairment_share": "share",
    "declared_sales_12m": "fen",
    "operating_rate": "count",
    "wages_unpaid": "count",
}
"""Fields that hold a number, with its unit; operating_rate is in per cent, wages_unpaid in months."""

ON_A_LOAN: Mapping[str, tuple[str, ...]] = {"overdue_cause": ("operational", "technical")}
"""Fields that count on a loan only, with the words that scoring asks for; others are kept and change nothing."""

NEEDS_SECOND = frozenset(
    {"impaired", "impairment_share", "external_rating", "debt_evasion", "bankruptcy", "credit_enhancement"}
)
"""Fields that alone make a loan non-performing, or keep it from it: the law wants such a finding approved."""

LIFTING: Mapping[str, frozenset[str]] = {
    "overdue_cause": frozenset({"operational", "technical"}),
    "repayment_ability": frozenset({"able"}),
    "financial_difficulty": frozenset({"resolved"}),
}
"""Words that excuse arrears or help a loan out, of fields whose other words only burden and so count at once."""

EASY: Mapping[str, frozenset[str]] = {
    "repayment_ability": frozenset({"able"}),
    "financial_difficulty": frozenset({"resolved"}),
    "impaired": frozenset({"no"}),
    "external_rating": frozenset({"none", "stable"}),
    "debt_evasion": frozenset({"no"}),
    "bankruptcy": frozenset({"none"}),
}
"""Words that lift only what was found before, or what is held against the borrower already, and never what comes later.

Scoring counts the newest finding, so that whatever burdens later stands; that somebody is able to pay counts against a
listing only where it was found after the listing was known. Not among them are a credit enhancement, which would lift
later limits too, and a cause that excuses the arrears that it is told of.
"""

FIELDS = frozenset({*WORDS, *NUMBERS, *ON_A_LOAN})


def needs_second(
    field: str, value: str | None, *, takes_back: str | None = None, also: Collection[str] = (), lifts: bool = True
) -> bool:
    """Tell whether a finding counts only once a second person has approved it.

    `value` null only takes back what was found before, which is `takes_back`: to take back what burdens is to lift.
    `also` are fields of which the bank wants every finding approved; `lifts` false: a word of `EASY` lifts nothing.
    """
    if field in also:
        return True
    easy = EASY.get(field, frozenset())
    if (value in easy and not lifts) or (value is None and takes_back in easy):
        return False
    if field in NEEDS_SECOND:
        return True
    lifting = LIFTING.get(field)
    if lifting is None:
        return False
    return value in lifting if value is not None else takes_back not in lifting
