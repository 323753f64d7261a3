import re

from ews.domain.unit import FIRMS, OWNERS, Role


def test_roles_stand_from_the_borrower_to_its_affiliates_and_have_a_text_in_both_languages():
    assert [role.rank for role in (Role.SELF, *OWNERS, *FIRMS)] == [0, 1, 2, 3, 4]
    for role in Role:
        assert role.text.en.strip()
        assert re.search("[一-鿿]", role.text.zh)
