from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ews.cli.lines import broken

TEXTS = st.text(alphabet="入账减少，。（）；逾期 ab%·9.5-", max_size=80)


def test_a_line_ends_after_any_chinese_character_but_not_before_punctuation():
    assert broken("近3个月逾期，差于同业。", 12) == ["近3个月逾", "期，差于同", "业。"]


def test_english_is_broken_between_words():
    assert broken("worse than 91 % of peers", 11) == ["worse than", "91 % of", "peers"]


def test_a_word_longer_than_the_line_is_cut():
    assert broken("id ABCDEFGHIJ", 4) == ["id", "ABCD", "EFGH", "IJ"]


@given(text=TEXTS, width=st.integers(2, 40))
def test_no_character_is_lost_and_no_line_is_too_long(text, width):
    lines = broken(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)
