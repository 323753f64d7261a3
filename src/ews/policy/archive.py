"""Archive: the policies that decided, kept by their hash, so that an old decision is told in its own words.

Files   home/policies/<hash>/*.toml, word for word as they were
Again   what is kept is never written again
"""

from pathlib import Path

from ews.domain.errors import PolicyError
from ews.events.whole_files import made_whole
from ews.policy.policy import Policy, read_policy
from ews.policy.vocabulary import Vocabulary

SHOWN = 12
"""Digits of a hash that people are shown; as few as 6 are enough to name one."""
FEWEST_DIGITS = 6


def archived(home: Path, policy_hash: str, vocabulary: Vocabulary) -> Policy | None:
    """Return the policy of that hash, None where it was not kept or this version cannot read it any more.

    It is for telling what was decided: what a later version has come to find fault with is told all the same.
    """
    folder = home / "policies" / policy_hash
    if not folder.is_dir():
        return None
    try:
        return read_policy(folder, vocabulary)
    except PolicyError:
        return None  # a feature it asks for is gone: what it decided is told by its codes


def keep(home: Path, policy: Policy) -> Path:
    """Keep the files of `policy` under its hash and return their folder; what is kept already is left as it is.

    PolicyError for a policy that was not read from files.
    """
    folder = home / "policies" / policy.hash
    if folder.is_dir():
        return folder
    if not policy.files:
        message = f"Policy {policy.hash[:SHOWN]} was not read from files and cannot be kept. Load it from a folder."
        raise PolicyError(message)
    with made_whole(folder) as partial:
        if not folder.is_dir():  # nobody was faster
            partial.mkdir()
            for name, text in policy.files.items():
                (partial / name).write_text(text, encoding="utf-8")
    return folder


def kept(home: Path, start: str) -> Path:
    """Return the folder of the one kept policy whose hash starts so; PolicyError where there is none or several."""
    folders = sorted(folder for folder in (home / "policies").glob("*") if folder.is_dir())
    found = [folder for folder in folders if folder.name.startswith(start)]
    if len(start) < FEWEST_DIGITS or len(found) != 1:
        what = f"{len(found)} policies are" if len(found) > 1 else "no policy is"
        message = (
            f"'{start}' is no folder, and {what} kept in '{home}' with a hash that starts with '{start}'. "
            f"Give a folder, 'default', 'in-force', or {FEWEST_DIGITS} digits of a hash from 'ews policy history'."
        )
        raise PolicyError(message)
    return found[0]
