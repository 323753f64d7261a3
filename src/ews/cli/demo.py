"""The demo: the whole flow on a synthetic book, and what to try then.

The champion learns only from what was known when the oldest of the scored months ended, so that each of the
thirteen batches is made with the knowledge of its day, also in the model's labels.
"""

import json
import os
from datetime import date, timedelta
from pathlib import Path

from ews.cli import books, modelling, nightly, scoring, service, show, showcase
from ews.cli.demo_accounts import AUDITOR, MANAGER, OFFICER, RISK, open_accounts, password_of
from ews.cli.demo_branches import name_branches
from ews.cli.policies import policy_of
from ews.cli.policy_choices import DRAFTS
from ews.cli.policy_draft import write_draft
from ews.cli.settings import Settings, read_settings
from ews.cli.showcase import Case
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.events.manifest import read_manifest
from ews.outcomes.horizon import months_later
from ews.scoring.folder import ScoredBatch
from ews.scoring.wording import MISSING, money_text
from ews.serving.policy_desk import NewValue

EARLIER_MONTHS = 12
FEW_BORROWERS = 3000
DEFAULT_PORT = 8000


def run(directory: Path, *, borrowers: int, months: int, seed: int, port: int | None) -> None:
    """Simulate, train, score thirteen months, tell what came of it; serve on `port` unless that is None."""
    settings = read_settings(directory / "home")
    book = directory / "book"
    books.simulate_book(book, borrowers, months, seed, as_json=False)
    newest = read_manifest(book).extracted_on
    days = [months_later(newest, -back) for back in range(EARLIER_MONTHS, -1, -1)]
    modelling.train_model(settings, book, None, days[0], as_json=False)
    if borrowers < FEW_BORROWERS:
        show.OUT.print(
            f"With fewer than {FEW_BORROWERS:,} borrowers defaults are few: the figures of the test are uncertain."
            f"\n借款人不足 {FEW_BORROWERS:,} 户，违约样本少，检验指标不确定性较大。",
            soft_wrap=True,
            highlight=False,
        )
    batches = _score_months(settings, book, days)
    cases = _cases(settings, book, batches)
    nightly.tell(nightly.do_night(settings))
    name_branches(settings)
    _draft_policy(settings, newest)
    _suggest(settings, book, cases, port, open_accounts(settings, cases[0].borrower_id))
    if port is not None:
        service.run(settings, "127.0.0.1", port)


def _draft_policy(settings: Settings, newest: date) -> None:
    """Leave a draft to try on the page of the policy: red from one grade earlier."""
    policy, since = policy_of(settings), newest + timedelta(days=1)
    if not any((settings.home / DRAFTS).glob("*")):
        value = policy.value_on("red_from_grade", since) - 1
        write_draft(settings.home, policy, NewValue("red_from_grade", value, since))


def _score_months(settings: Settings, book: Path, days: list[date]) -> list[ScoredBatch]:
    batches = [scoring.run_batch(settings, book, day) for day in days]
    rows = [
        (
            batch.key.as_of,
            show.count(batch.totals.scored),
            *(show.count(batch.by_level[level.value]["borrowers"]) for level in reversed(WarningLevel)),
            show.count(batch.totals.in_default),
            _money(batch.totals.exposure_fen),
        )
        for batch in batches
    ]
    names = ("as of", "scored", "red", "orange", "yellow", "none", "default", "exposure")
    words = ("观察时点", "评分", "红", "橙", "黄", "无", "违约", "敞口")
    columns = [f"{name}\n{word}" for name, word in zip(names, words, strict=True)]
    show.table("Thirteen months 十三个月", columns, rows)
    scoring.tell_batch(batches[-1])
    return batches


def _cases(settings: Settings, book: Path, batches: list[ScoredBatch]) -> list[Case]:
    """Return borrowers worth a look; the newest day is decided once more without the credit bureau for it."""
    beside = settings.home.parent
    blind = showcase.score_blind(settings, book, beside / "home-blind", beside / "book-blind")
    return list(showcase.cases(settings, batches, blind, beside / "home-blind"))


def _money(fen: int | None) -> str:
    return MISSING if fen is None else money_text(fen, Language.ZH).replace(" ", "")


def _suggest(settings: Settings, book: Path, cases: list[Case], port: int | None, accounts: Path) -> None:
    """Print what to try: the pages with accounts and where to look first, then commands and requests."""
    borrower, home = cases[0].borrower_id, settings.home
    address = f"http://127.0.0.1:{port or DEFAULT_PORT}"
    ews = f"EWS_HOME={home} .venv/bin/ews"
    _tell_pages(address, borrower, accounts)
    lines = [
        *([f"{ews} serve   # then open {address}"] if port is None else []),
        *(
            f"EWS_HOME={case.home} .venv/bin/ews explain {case.borrower_id}   # {case.what.en} {case.what.zh}"
            for case in cases
        ),
        f"{ews} policy show   # then copy src/ews/policy/*.toml to a folder, change a number, and:",
        f"{ews} policy diff in-force FOLDER --book {book}   # who would move",
        f"{ews} monitor   # what the night found about the model: drift, feeds, outcomes 模型监测",
        f"{ews} audit verify     # nobody has bent the record; who did and read what: ews audit show",
        f"{ews} score --book {book}          # the same batch again: nothing changes",
        f".venv/bin/mlflow ui --backend-store-uri {_near(settings)}   # the run, its figures and plots",
        *_requests(address, borrower, password_of(accounts, OFFICER)),
    ]
    show.OUT.print("\n[bold]Commands 命令[/bold]")
    for line in lines:
        show.OUT.print(f"  {line}", soft_wrap=True, highlight=False)


def _tell_pages(address: str, borrower: str, accounts: Path) -> None:
    """Print the address of the pages, who may log in, and where each looks first."""
    first = {
        OFFICER: f"/borrowers/{borrower}   a red warning, its reasons and proof 红色预警客户",
        MANAGER: "/my-day   what waits for the branch 支行待办",
        RISK: "/portfolio   the book, its movements, every figure with its list 资产组合",
        AUDITOR: "/warnings   all warnings, read only 全部预警（只读）",
        "zhao": "/policy   rules in force, what a change would do, adoption by a second person 政策",
        "sun": "/model   what the model looks at, how good it is 模型",
        "zhou": "/model   approves a new model 模型审批",
        "wu": "/operations   batches, feeds, nights, quarantine 批处理运行",
    }
    show.OUT.print(f"\n[bold]Open in a browser 浏览器打开[/bold]  {address}")
    lines = accounts.read_text(encoding="utf-8").splitlines() if accounts.is_file() else []
    for line in lines:
        user_id, password, *who = line.split(maxsplit=2)
        show.OUT.print(f"  {user_id:<7}{password:<18}{' '.join(who)}", soft_wrap=True, highlight=False)
        show.OUT.print(f"         look first 先看: {first.get(user_id, '/')}", soft_wrap=True, highlight=False)
    show.OUT.print(f"  (accounts of the demo only, kept in {_from_here(accounts)})", soft_wrap=True, highlight=False)


def _requests(address: str, borrower: str, password: str | None) -> list[str]:
    """Return requests of an officer, who logs in first; none where the password is not known any more."""
    if password is None:
        return []
    login = json.dumps({"user": OFFICER, "password": password})
    own = f"curl -s -b .cookies {address}/v1"
    return [
        f"curl -s -c .cookies {address}/v1/login -H 'Content-Type: application/json' -d '{login}'   # as {OFFICER}",
        f"{own}/borrowers/{borrower}/decision",
        f"{own}/borrowers/{borrower}/dossier?format=docx -o {borrower}.docx   # due-diligence file 尽职档案",
    ]


def _from_here(path: Path) -> str:
    return os.path.relpath(path)


def _near(settings: Settings) -> str:
    """Return the address of the tracking store, as seen from here where it is a file of the demo."""
    if settings.tracking_uri is not None:
        return settings.tracking
    return f"sqlite:///{_from_here(settings.home / 'mlflow.db')}"
