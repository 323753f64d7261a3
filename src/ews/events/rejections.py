"""Why a delivered row is not taken into the book.

The order of `Reason` is the order of severity: a row that fails several checks is counted under the first.
"""

from enum import StrEnum

from ews.domain.text import Text


class Reason(StrEnum):
    MALFORMED = "malformed"
    ENCODING = "encoding"
    TYPE = "type"
    REQUIRED = "required"
    CHOICE = "choice"
    RANGE = "range"
    IMPOSSIBLE_DATE = "impossible_date"
    AFTER_EXTRACTION = "after_extraction"
    DATE_ORDER = "date_order"
    KNOWN_BEFORE = "known_before"
    REFERENCE = "reference"
    CONTRADICTION = "contradiction"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"

    @property
    def text(self) -> Text:
        return _TEXT[self]


_TEXT = {
    Reason.MALFORMED: Text("not a line of the file's form", "行格式错误"),
    Reason.ENCODING: Text("in another encoding than the file", "编码与文件不一致"),
    Reason.TYPE: Text("not a value of the column's type", "数据类型不符"),
    Reason.REQUIRED: Text("missing", "必填项缺失"),
    Reason.CHOICE: Text("not one of the words allowed", "取值不在允许范围"),
    Reason.RANGE: Text("out of range", "数值超出范围"),
    Reason.IMPOSSIBLE_DATE: Text("no such day, or none that can be meant", "日期不可能"),
    Reason.AFTER_EXTRACTION: Text("later than the extraction", "晚于数据提取日"),
    Reason.DATE_ORDER: Text("ends before it starts", "日期先后颠倒"),
    Reason.KNOWN_BEFORE: Text("known before it happened", "获知日早于发生日"),
    Reason.REFERENCE: Text("refers to something unknown", "引用对象不存在"),
    Reason.CONTRADICTION: Text("contradicts what else is told", "与其他记录相矛盾"),
    Reason.CONFLICT: Text("same key and day, different content", "同一主键同日内容冲突"),
    Reason.DUPLICATE: Text("the same row again", "重复记录"),
}
