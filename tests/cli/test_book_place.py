from ews.cli.book_place import book_of, remember_book


def test_a_book_is_found_where_it_was_scored_last(tmp_path):
    home = tmp_path / "home"
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        remember_book(home, "sme", tmp_path / name)
    assert book_of(home, "sme") == (tmp_path / "new").resolve()
    assert book_of(home, "retail") is None


def test_a_book_that_was_moved_is_not_known(tmp_path):
    (tmp_path / "book").mkdir()
    remember_book(tmp_path / "home", "sme", tmp_path / "book")
    (tmp_path / "book").rename(tmp_path / "elsewhere")
    assert book_of(tmp_path / "home", "sme") is None


def test_a_note_that_cannot_be_read_tells_nothing(tmp_path):
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "sme.json").write_text("[]", encoding="utf-8")
    assert book_of(tmp_path, "sme") is None
