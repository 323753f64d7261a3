"""Routers: all routes of the service, those of the API and those of the pages, in the order in which they are tried."""

from fastapi import APIRouter

from ews.serving.api import (
    account,
    approvals,
    batches,
    borrowers,
    cases,
    casework_warnings,
    change,
    checks,
    contacts,
    decisions,
    dossier,
    event_checks,
    evidence,
    findings,
    forms,
    health,
    login,
    measures,
    model,
    monitoring,
    my_day,
    newest_decision,
    oidc_login,
    overrides,
    policy,
    receivers,
    report,
    review_files,
    review_sessions,
    reviews,
    tasks,
    warnings,
    watch_list,
    what_if,
)
from ews.serving.pages import account as account_page
from ews.serving.pages import assets, entrance, paper_style, papers
from ews.serving.pages.borrower import change as borrower_change
from ews.serving.pages.borrower import page as borrower_page
from ews.serving.pages.cases import page as case_page
from ews.serving.pages.checks import begin, check_acts, check_list, check_page, filling
from ews.serving.pages.model import page as model_page
from ews.serving.pages.operations import page as operations_page
from ews.serving.pages.policy import choosing, compare, drafting
from ews.serving.pages.policy import page as policy_page
from ews.serving.pages.portfolio import export as portfolio_export
from ews.serving.pages.portfolio import listing as portfolio_list
from ews.serving.pages.portfolio import page as portfolio_page
from ews.serving.pages.reviews import form_page, session_page
from ews.serving.pages.work import acts as work_acts
from ews.serving.pages.work import day as work_day
from ews.serving.pages.work import warnings as work_warnings

ROUTERS: tuple[APIRouter, ...] = (
    # what other systems ask all day first: each router that is tried before costs the answer time
    newest_decision.router,
    what_if.router,
    login.router,
    oidc_login.router,
    account.router,
    my_day.router,
    cases.router,
    casework_warnings.router,
    forms.router,
    checks.router,
    findings.router,
    evidence.router,
    tasks.router,
    contacts.router,
    event_checks.router,
    measures.router,
    overrides.router,
    watch_list.router,
    review_files.router,
    review_sessions.router,
    reviews.router,
    approvals.router,
    receivers.router,
    dossier.router,
    report.router,
    change.router,
    borrowers.router,  # after all other paths below a borrower, since an id may hold a slash
    decisions.router,
    warnings.router,
    batches.router,
    model.router,
    monitoring.router,
    policy.router,
    health.router,
)
PAGES: tuple[APIRouter, ...] = (
    paper_style.router,
    assets.router,
    entrance.router,
    account_page.router,
    case_page.router,
    work_day.router,
    work_warnings.router,
    work_acts.router,
    papers.router,
    check_list.router,
    check_page.router,
    filling.router,
    check_acts.router,
    session_page.router,
    form_page.router,
    begin.router,
    portfolio_page.router,
    portfolio_list.router,
    portfolio_export.router,
    policy_page.router,
    choosing.router,
    drafting.router,
    compare.router,
    model_page.router,
    operations_page.router,
    # pages of borrowers last, since an id may hold a slash
    borrower_change.router,
    borrower_page.router,
)
