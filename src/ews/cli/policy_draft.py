"""Policy draft: another value of one parameter, typed on a page or in the demo, as a folder below home/drafts.

Files   those of the policy it starts from, word for word; the parameter gets a date with its new value, none is edited
Checked before it stands there: a draft that could not be used is not written
"""

import re
import shutil
from itertools import count
from pathlib import Path

from ews.cli.policies import VOCABULARY
from ews.cli.policy_choices import DRAFTS, find_policy
from ews.cli.settings import Settings
from ews.domain.errors import PolicyError, RequestError
from ews.domain.text import sentence
from ews.policy.policy import Policy, load_policy
from ews.serving.policy_desk import NewValue

_FILE = "parameters.toml"
_VALUES = re.compile(r"^values\s*=\s*\{(?P<dates>[^{}\n]*)\}", re.MULTILINE)


def draft_value(settings: Settings, policy_hash: str, wanted: NewValue) -> str:
    """Write a draft of a kept policy with another value of a parameter, and return the name it can be chosen by.

    RequestError where the parameter cannot be changed so.
    """
    policy = find_policy(settings, policy_hash)
    if policy is None or not policy.files:
        message = sentence(
            "The policy in force is not kept as files here. Put the changed files into a folder below drafts in the "
            "home of the service."
        )
        raise RequestError(message)
    return write_draft(settings.home, policy, wanted)


def write_draft(home: Path, policy: Policy, wanted: NewValue) -> str:
    """Write the draft into `home` and return the name it can be chosen by; RequestError where it cannot be used."""
    files = {**policy.files, _FILE: revalued(policy.files[_FILE], wanted)}
    drafts = home / DRAFTS
    drafts.mkdir(parents=True, exist_ok=True)
    partial = drafts / f".partial-{wanted.parameter}-{wanted.since}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for name, text in files.items():
        (partial / name).write_text(text, encoding="utf-8")
    try:
        load_policy(partial, vocabulary=VOCABULARY)
    except PolicyError as error:
        shutil.rmtree(partial)
        message = sentence("A policy with this value cannot be used: {error}", error=error)
        raise RequestError(message) from None
    stem = f"{wanted.parameter}={number(wanted.value)} {wanted.since}"
    names = (stem if again == 1 else f"{stem} ({again})" for again in count(1))
    folder = next(one for name in names if not (one := drafts / name).exists())
    partial.rename(folder)
    return f"draft:{folder.name}"


def revalued(text: str, wanted: NewValue) -> str:
    """Return parameters.toml with one more date; what stood there stays word for word.

    RequestError where there is no such parameter, its values are not written on one line, or the day has one already.
    """
    name = re.escape(wanted.parameter)
    section = re.search(rf"^\[{name}\][ \t]*(?:#.*)?$(?P<body>(?:\n(?!\[).*)*)", text, re.MULTILINE)
    values = None if section is None else _VALUES.search(section["body"])
    if section is None or values is None:
        message = sentence(
            "The values of '{name}' are not written on one line in parameters.toml. Change the file and put it into a "
            "folder below drafts in the home of the service.",
            name=wanted.parameter[:100],
        )
        raise RequestError(message)
    if re.search(rf"(?<![\d-]){wanted.since}\s*=", values["dates"]):
        message = sentence(
            "'{name}' has a value from {day} already. Choose another day: a date that stands is never edited.",
            name=wanted.parameter[:100],
            day=wanted.since,
        )
        raise RequestError(message)
    at = section.start("body") + values.end("dates")
    kept = values["dates"].rstrip()
    comma = ", " if kept and not kept.endswith(",") else " "
    return f"{text[: at - len(values['dates'])]}{kept}{comma}{wanted.since} = {number(wanted.value)} {text[at:]}"


def number(value: float) -> str:
    """Return a number as the file has it: whole ones without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
