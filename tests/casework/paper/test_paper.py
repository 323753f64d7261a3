from docx.oxml import OxmlElement
from hypothesis import given
from hypothesis import strategies as st

from ews.casework.dossier.values import percent, value_text, yuan
from ews.casework.paper.page import CSP
from ews.casework.paper.paper import CHINESE_FIRST, Say, plain
from ews.domain.text import Language, Text


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_can_be_shown_in_a_page_and_in_word(text):
    shown = plain(text)
    element = OxmlElement("w:t")
    element.text = shown  # raises for what XML cannot hold
    assert plain(shown) == shown


def test_text_that_is_harmless_stays_as_it_was_written():
    text = "第1行\n第2行\t=1+1 <b>é 😀 ½"
    assert plain(text) == text
    assert plain("a\r\nb\rc") == "a\nb\nc"
    assert plain("\u202eabc\u200f") == "⟨U+202E⟩abc⟨U+200F⟩"


def test_words_come_chinese_first_and_once_where_they_are_the_same():
    both = Say(CHINESE_FIRST)
    assert both.word(Text("red", "红")) == "红 red"
    assert both.lines(Text("red", "红")) == "红\nred"
    assert both.word(Text("W1", "W1")) == "W1"
    assert Say((Language.EN,)).word(Text("red", "红")) == "red"


def test_a_sum_of_money_stands_once_before_both_units():
    assert Say().word(yuan(-123_456_789) or Text("", "")) == "-1,234,567.89 元 CNY"
    assert Say().word(Text("7 days late", "7 日")) == "7 日 days late"
    assert yuan(None) is None


def test_values_are_told_in_words():
    assert value_text(None, True) == Text("yes", "是")
    assert value_text(None, None) is None
    assert value_text(None, 0.5) == Text("0.5", "0.5")
    assert (percent(None), percent(0.1234), percent(0.5, 1)) == ("—", "12.34%", "50.0%")


def test_the_page_lets_nothing_run_and_asks_nobody():
    assert CSP.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in CSP
    assert "http" not in CSP
