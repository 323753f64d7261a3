from concurrent.futures import ThreadPoolExecutor

import pytest

from ews.store.audit import Head
from ews.store.witness import Damaged, Witness

HASH = "ab" * 32


@pytest.fixture
def witness(tmp_path):
    return Witness(tmp_path / "witness.jsonl")


def test_heads_are_read_back_in_the_order_of_writing(witness):
    assert witness.is_empty
    assert list(witness.heads()) == []
    heads = [Head(1, HASH), Head(12, "0" * 64), Head(7, HASH)]
    for head in heads:
        witness(head)
    assert list(witness.heads()) == heads
    assert not witness.is_empty
    assert witness.path.read_text().splitlines()[0] == f'{{"entry":1,"hash":"{HASH}"}}'


def test_only_its_owner_reads_the_file(witness):
    witness(Head(1, HASH))
    assert witness.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", range(1, 86))
def test_a_line_cut_short_counts_for_nothing_and_the_next_one_begins_anew(witness, kept):
    witness(Head(1, HASH))
    witness(Head(2, HASH))
    content = witness.path.read_bytes()
    first = content.index(b"\n") + 1
    assert len(content) - first == 86
    witness.path.write_bytes(content[: first + kept])
    whole = [Head(1, HASH), Head(2, HASH)] if kept == 85 else [Head(1, HASH)]
    assert list(witness.heads()) == whole
    witness(Head(3, HASH))
    assert list(witness.heads()) == [*whole, Head(3, HASH)]


@pytest.mark.parametrize("line", ["rubbish", "{}", '{"entry":1,"hash":"short"}', f'{{"entry":-1,"hash":"{HASH}"}}', ""])
def test_a_line_that_is_none_is_told_by_its_number(witness, line):
    witness(Head(1, HASH))
    with witness.path.open("a") as file:
        file.write(line + "\n")
    witness(Head(3, HASH))
    assert list(witness.heads()) == (
        [Head(1, HASH), Damaged(2), Head(3, HASH)] if line else [Head(1, HASH), Head(3, HASH)]
    )


def test_lines_of_several_threads_do_not_mix(witness):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: witness(Head(number, HASH)), range(200)))
    assert sorted(head.entry for head in witness.heads()) == list(range(200))
