from ews.serving.pages.cases import facts

NAMES = {"zhang": "张伟", "li": "李娜"}


def test_what_an_act_says_of_people_goes_by_their_names_and_nothing_else_does():
    content = {"owner": "zhang", "asked_by": "gone", "to": "li", "reason": "zhang", "tiers": {"L1": "pass"}}
    told = facts._with_names(content, facts._PEOPLE, NAMES)
    assert told == {"owner": "张伟", "asked_by": "gone", "to": "li", "reason": "zhang", "tiers": {"L1": "pass"}}
    assert facts._with_names(content, facts._HANDED, NAMES)["to"] == "李娜"
