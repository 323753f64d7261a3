import subprocess
import sys

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from ews.store.passwords import WeakPasswordError, check_password, hashed_password

SHORT, FEW = "has 11 characters. Give 12 to 512", "repeats few characters"
FIRST, NAMES = "those that are guessed first", "too little is left of the password"


def refusal(password, user_id="li-ming", name="李明 Li Ming", bank_words=()):
    try:
        check_password(password, user_id, name, bank_words)
    except WeakPasswordError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("x" * 11, SHORT),
        ("long enough " * 50, "has 600 characters"),
        ("Li-Ming-123", SHORT),
        ("ababababababab", FEW),
        ("password2026", FIRST),
        ("P@ssw0rd123456", FIRST),
        ("1qaz2wsx3edc", FIRST),
        ("woaini1314520", FIRST),
        ("charlie19880808", FIRST),
        ("Huawei@123456", FIRST),
        ("qwertyuiopasdfghjkl", FIRST),
        ("passwordpassword" * 20, FIRST),
        ("李明李明李明abcdef", FIRST),
        ("李明@华信银行20260101", NAMES),
        ("li-ming-li-ming", NAMES),
        ("Ming.Li.20260801", NAMES),
        ("Ｌｉ-Ｍｉｎｇ-2026年", NAMES),
        ("ews-bank-2026-!", NAMES),
        ("贷后预警系统账号123456", NAMES),
        ("correct horse battery", None),
        ("li ming plays the violin", None),
        ("马到成功一帆风顺吉祥如意", None),
        ("kx7!hqTz09pLw", None),
    ],
)
def test_a_weak_password_is_refused_and_not_told(password, said):
    found = refusal(password, bank_words=("华信银行", "Huaxin Bank"))
    assert (found is None) == (said is None)
    assert said is None or (said in found and password not in found)


def test_words_of_the_bank_count_for_nothing():
    assert refusal("huaxin-xinfeng-26") is None
    assert NAMES in refusal("huaxin-xinfeng-26", bank_words=("Huaxin Xinfeng",))


def test_every_password_of_the_list_that_many_use_is_refused():
    common = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= 12]
    assert len(common) > 200
    assert [one for one in common if refusal(one) is None] == []


def test_a_sound_password_is_kept_as_argon2():
    assert hashed_password("correct horse battery", "li", "Li").startswith("$argon2id$")


def test_the_lists_of_words_are_read_when_a_password_is_set_only():
    code = "import sys, ews.serving.app, ews.cli.people; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
