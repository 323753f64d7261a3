"""Asked: fields that the forms of several acts have."""

from datetime import date, timedelta
from typing import Protocol

from ews.casework.warnings.deadlines import Terms
from ews.domain.text import Text
from ews.policy.casework import About
from ews.serving.pages.cases.fields import Field, Option, choice, day, flag, text
from ews.store.accounts import User


class Setting(Protocol):
    """What limits fields: the policy of the day, and who else works at the branch."""

    @property
    def terms(self) -> Terms: ...
    @property
    def colleagues(self) -> tuple[User, ...]: ...


REASON = text("reason", Text("Reason", "理由"))
REMARK = text("reason", Text("Remark", "审批意见"), is_required=False)
HALF_DAYS = (Option("morning", Text("morning", "上午")), Option("afternoon", Text("afternoon", "下午")))
LEARNT = text(
    "learnt", Text("Lesson", "经验教训"), Text("Kept for the next application", "供下次授信参考"), is_required=False
)


def causes(setting: Setting, about: About | None = None) -> tuple[Option, ...]:
    """Return the causes that the policy names; all of them where `about` is not given."""
    known = setting.terms.policy.casework_on(setting.terms.today).causes
    return tuple(Option(one.code, one.text) for one in known if about in {None, one.about})


def last_review(setting: Setting) -> date:
    """Return the farthest day of a review that the policy allows."""
    terms = setting.terms
    return terms.today + timedelta(days=terms.policy.casework_on(terms.today).overrides.watch_review_days)


def owners(setting: Setting) -> tuple[Option, ...]:
    """Return who could own a name on the watch list."""
    return tuple(Option(one.user_id, Text(*2 * (f"{one.profile.name} ({one.user_id})",))) for one in setting.colleagues)


def result_fields(setting: Setting) -> tuple[Field, ...]:
    """Return what is asked of a contact that has ended."""
    return (
        flag(
            "is_effective",
            Text("Was the person reached?", "是否接通本人"),
            Text("Reached", "已接通"),
            Text("Not reached", "未接通"),
        ),
        text("note", Text("What was said", "通话情况"), is_required=False),
        day("promised_on", Text("Payment promised for", "承诺还款日"), least=setting.terms.today, is_required=False),
        choice("promised_half_day", Text("Half-day", "时段"), HALF_DAYS, _WITH_DAY, is_required=False),
        choice("cause", Text("Why payment is late", "逾期原因"), causes(setting, "overdue"), is_required=False),
    )


_WITH_DAY = Text("Needed with the day; nothing is promised where nobody was reached", "与承诺日一并填写；未接通则留空")


def reason(_scene: object) -> tuple[Field, ...]:
    return (REASON,)


def remark(_scene: object) -> tuple[Field, ...]:
    return (REMARK,)
