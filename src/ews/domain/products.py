"""Products (贷款品种): what a loan was given for, as the book codes it."""

from collections.abc import Mapping

from ews.domain.text import Text

PRODUCT_TEXTS: Mapping[str, Text] = {
    "business": Text("business loan", "经营贷款"),
    "mortgage": Text("mortgage", "按揭贷款"),
    "consumer": Text("consumer loan", "消费贷款"),
    "card": Text("card", "信用卡"),
    "other": Text("other", "其他"),
}
