"""Policy choices: the policies that a page lets people try and propose, and how one is kept.

kept      each that the home keeps by its hash
set       the folder of EWS_POLICY, where it is not kept as it is
draft     each folder below home/drafts, where the bank puts what it thinks of
product   the policy that comes with this version, where it is not kept as it is
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from ews.cli.policies import VOCABULARY
from ews.cli.settings import Settings
from ews.domain.errors import PolicyError, RequestError
from ews.domain.text import sentence
from ews.policy.archive import SHOWN, archived, keep
from ews.policy.policy import DEFAULT, FILES, Policy, load_policy
from ews.serving.policy_desk import Choice, Kind

DRAFTS = "drafts"
_MOST_FAULT = 1_000
"""Characters of what is wrong with a draft that a page shows."""


def choices(settings: Settings) -> tuple[Choice, ...]:
    """Return what may be chosen, the drafts first; what cannot be used says why."""
    found = [_choice(name, kind, folder, settings.home) for name, kind, folder in _folders(settings)]
    kept = {one.policy_hash for one in found if one.kind is Kind.KEPT}
    return tuple(one for one in found if one.kind in {Kind.KEPT, Kind.DRAFT} or one.policy_hash not in kept)


def keep_choice(settings: Settings, name: str) -> str:
    """Keep the choice of that name and return its hash; RequestError where there is none or it cannot be used."""
    folder = next((folder for one, _, folder in _folders(settings) if one == name), None)
    if folder is None:
        message = sentence(
            "There is no policy '{name}' to choose. Open the page again and choose one that it lists.", name=name[:100]
        )
        raise RequestError(message)
    try:
        policy = _load(folder)
    except PolicyError as error:
        message = sentence("The policy '{name}' cannot be used: {error}", name=name[:100], error=error)
        raise RequestError(message) from None
    keep(settings.home, policy)
    return policy.hash


def find_policy(settings: Settings, policy_hash: str) -> Policy | None:
    """Return a kept policy, or the one that is set, by all digits of its hash; None where this version cannot."""
    if _is_kept(settings.home, policy_hash):
        return _archived(settings.home, policy_hash)
    try:
        policy = _load(settings.policy or DEFAULT)
    except PolicyError:
        return None
    return policy if policy.hash == policy_hash else None


def _folders(settings: Settings) -> Iterator[tuple[str, Kind, Path]]:
    """Yield name, kind and folder of each choice; only these folders can ever be named."""
    for folder in _below(settings.home / DRAFTS):
        yield f"draft:{folder.name}", Kind.DRAFT, folder
    if settings.policy is not None:
        yield "set", Kind.SET, settings.policy
    yield "product", Kind.PRODUCT, DEFAULT
    for folder in _below(settings.home / "policies"):
        yield folder.name, Kind.KEPT, folder


def _below(root: Path) -> list[Path]:
    return sorted(one for one in root.glob("*") if one.is_dir() and not one.name.startswith("."))


def _choice(name: str, kind: Kind, folder: Path, home: Path) -> Choice:
    try:
        found = _hash(folder)
    except PolicyError as error:
        said = str(error).replace(str(folder), "…").replace(str(home), "…")
        return Choice(name, kind, None, (said[:_MOST_FAULT],))
    if kind is Kind.KEPT and found != name:
        return Choice(name, kind, None, (f"What is kept under this hash has the hash {found[:SHOWN]} now.",))
    return Choice(name, kind, found)


def _load(folder: Path) -> Policy:
    """Return the policy in a folder, read anew only where a file of it changed; PolicyError where it cannot be used."""
    found = _loaded(folder, tuple(_stamp(folder / name) for name in FILES))
    if isinstance(found, PolicyError):
        raise found
    return found


def _hash(folder: Path) -> str:
    """Return the hash of the policy in a folder, worked out anew only where a file of it changed."""
    return _hashed(folder, tuple(_stamp(folder / name) for name in FILES))


@lru_cache(maxsize=32)
def _hashed(folder: Path, stamp: tuple[int, ...]) -> str:  # noqa: ARG001 - likewise
    return _load(folder).hash


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0


@lru_cache(maxsize=32)
def _loaded(folder: Path, stamp: tuple[int, ...]) -> Policy | PolicyError:  # noqa: ARG001 - tells that a file changed
    try:
        return load_policy(folder, vocabulary=VOCABULARY)
    except PolicyError as error:
        return error


def _is_kept(home: Path, policy_hash: str) -> bool:
    # A hash is hexadecimal: anything else could lead out of the folder of policies.
    return re.fullmatch(r"[0-9a-f]{64}", policy_hash) is not None and (home / "policies" / policy_hash).is_dir()


@lru_cache(maxsize=32)
def _archived(home: Path, policy_hash: str) -> Policy | None:
    found = archived(home, policy_hash, VOCABULARY)
    return found if found is not None and found.hash == policy_hash else None
