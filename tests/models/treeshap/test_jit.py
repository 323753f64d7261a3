import logging

from ews.models.treeshap.jit import compiled


def test_where_compiled_code_cannot_be_kept_it_runs_and_the_log_says_so(caplog):
    names = {}
    exec(compile("def twice(number):\n    return 2 * number", "<of no file>", "exec"), names)  # noqa: S102 - numba keeps nothing of it
    with caplog.at_level(logging.WARNING):
        assert compiled(names["twice"])(21) == 42
    assert "NUMBA_CACHE_DIR" in caplog.text
