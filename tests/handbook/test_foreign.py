import pytest

from handbook.foreign import foreign_loads


@pytest.mark.parametrize(
    "loads",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<img src="//cdn.example/a.png">',
        '<img srcset="https://cdn.example/a.png 2x">',
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<link rel="preconnect" href="https://fonts.example">',
        '<iframe src="https://video.example"></iframe>',
        '<p style="background: url(https://cdn.example/a.png)">a</p>',
        '<pre class="mermaid">graph</pre>',
    ],
)
def test_what_is_loaded_from_another_host_is_found(tmp_path, loads):
    (tmp_path / "index.html").write_text(f"<html><body>{loads}</body></html>")
    (found,) = foreign_loads(tmp_path)
    assert found.startswith("index.html: ")


@pytest.mark.parametrize(
    "fine",
    [
        '<a href="https://bank.example">read</a>',
        '<link rel="canonical" href="https://docs.bank.example/">',
        '<script src="../assets/a.js"></script>',
        '<img src="data:image/png;base64,AA">',
    ],
)
def test_what_lies_here_or_is_only_followed_is_fine(tmp_path, fine):
    (tmp_path / "index.html").write_text(fine)
    assert list(foreign_loads(tmp_path)) == []


def test_styles_are_read_too(tmp_path):
    (tmp_path / "a.css").write_text("@import 'https://fonts.example/a.css'; a { background: url(b.png) }")
    assert list(foreign_loads(tmp_path)) == ["a.css: https://fonts.example/a.css"]
