from benchmarks.audit_log import measure


def test_what_is_measured_is_a_sound_log():
    found = measure(40, 4)
    assert (found["store"], found["entries"], found["faults"]) == ("SQLite", 40, 0)
    assert min(found[name] for name in ("one", "threads", "alone", "disk", "verify")) > 0
