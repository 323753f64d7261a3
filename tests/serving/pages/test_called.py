from ews.serving.pages.called import Called

NAMES = {"BR1": "城西支行", "BR2": "安陵支行", "BR3": "城东支行"}
CALLED = Called(NAMES, lambda: {"OF1": "张伟"})


def test_who_has_a_name_is_told_with_it_and_others_by_their_id():
    assert [CALLED.branch(one) for one in ("BR3", "BR9", None)] == ["城东支行 BR3", "BR9", "—"]
    assert [CALLED.officer(one) for one in ("OF1", "OF2", None)] == ["张伟 OF1", "OF2", "—"]


def test_a_filter_offers_names_as_they_sound_and_then_those_without():
    assert CALLED.choices("branch", ["BR9", "BR1", "BR2", "BR10", "BR3"]) == [
        ("BR2", "安陵支行 BR2"),
        ("BR3", "城东支行 BR3"),
        ("BR1", "城西支行 BR1"),
        ("BR10", "BR10"),
        ("BR9", "BR9"),
    ]
    assert CALLED.choices("officer", ["OF2", "OF1"]) == [("OF1", "张伟 OF1"), ("OF2", "OF2")]


def test_officers_are_asked_for_only_when_one_is_told():
    asked = []
    called = Called(NAMES, lambda: asked.append(1) or {})
    called.choices("branch", NAMES)
    assert asked == []
    called.officer("OF1")
    assert asked == [1]


def test_accounts_go_by_their_names_and_what_nobody_did_by_the_system():
    called = Called({}, dict, lambda: {"zhang": "张伟"}, "系统")
    assert [called.person(one) for one in ("zhang", "gone", "ews", None)] == ["张伟", "gone", "系统", "—"]
