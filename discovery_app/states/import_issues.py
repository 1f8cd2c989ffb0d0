"""The data issues of one import."""

from functools import partial
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.domain.issue_lines import (
    IssuePage,
    IssueQuery,
    group_line,
    issue_line,
    rule_title,
)
from discovery_app.domain.list_query import first_row
from discovery_app.domain.words import count
from discovery_app.services.import_issues import ImportIssueService, IssueFilter
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.states.following import follow_workflow, id_in_path
from discovery_app.states.hub import Wake
from discovery_app.states.list_page import ListPage
from discovery_app.states.rules import allow


class ImportIssuesState(ListPage, rx.State):
    """The issues that the address asks for, fresh while the page is open."""

    page: IssuePage = IssuePage()
    query: IssueQuery = IssueQuery()
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the issues as the address says, and keep them true."""

        async def look(wake: Wake, scope: Scope) -> None:
            workflow_id, query = id_in_path(self, "workflow"), self.query
            page = await wake.read(
                ("issues", workflow_id, scope.role, query),
                partial(_read, scope, workflow_id, query),
            )
            async with self:
                self.page, self.loading, self.problem = page, False, ""

        return await follow_workflow(self, self._begin, look, ImportIssuesState.watch)

    def _begin(self, workflow_id: UUID) -> None:
        if self.page.workflow_id != str(workflow_id):
            self.page, self.loading = IssuePage(), True
        self._take(IssueQuery.from_address(self.router.url.query_parameters))

    @rx.event
    @allow(Permission.VIEW)
    async def pick_severity(self, severity: str) -> rx.event.EventSpec:
        """Show issues of one severity."""
        return self._go(self.query.with_words(severity=severity))

    @rx.event
    @allow(Permission.VIEW)
    async def pick_rule(self, rule: str) -> rx.event.EventSpec:
        """Show the issues of one rule."""
        return self._go(self.query.with_words(rule=rule))

    @rx.event
    @allow(Permission.VIEW)
    async def pick_column(self, column: str) -> rx.event.EventSpec:
        """Show the issues of one column."""
        return self._go(self.query.with_words(column=column))


def _read(scope: Scope, workflow_id: UUID, query: IssueQuery) -> IssuePage:
    chosen = IssueFilter(
        severities=(query.severity,) if query.severity else (),
        rules=(query.rule,) if query.rule else (),
        columns=(query.column,) if query.column else (),
        search=query.q,
    )
    with unit_of_work(scope) as session:
        states = WorkflowStateService(session)
        workflow = states.get_workflow_state(scope, workflow_id)
        issues, upload = ImportIssueService(session), workflow.session_id
        found = issues.count(scope, upload, chosen)
        first = first_row(query.number, found, PAGE_SIZE)
        lines = issues.page(scope, upload, chosen, offset=first)
        numbers = {one.word: one.count for one in issues.by_severity(scope, upload)}
        rejected = len(issues.rejected_rows(scope, upload))
        every = issues.groups(scope, upload)
        groups = issues.groups(scope, upload, chosen) if query.is_filtered else every
        columns = issues.columns(scope, upload)
    may_import = Permission.IMPORT_FILES in ROLE_PERMISSIONS[scope.role]
    again = f"/engagements/{scope.engagement_id}/import?corrects={upload}"
    return IssuePage(
        workflow_id=str(workflow_id),
        again=again if rejected and may_import else "",
        title=workflow.title,
        status=str(workflow.status),
        total=count(sum(numbers.values())),
        errors=count(numbers.get("error", 0)),
        warnings=count(numbers.get("warning", 0)),
        notes=count(numbers.get("info", 0)),
        rejected=count(rejected),
        has_rejected=rejected > 0,
        found=count(found),
        shown=f"{first + 1:,}–{first + len(lines):,} of {found:,}" if lines else "",
        has_previous=first > 0,
        has_next=first + len(lines) < found,
        groups=tuple(group_line(one) for one in groups),
        lines=tuple(issue_line(one) for one in lines),
        rules=tuple(Choice(one.rule, rule_title(one.rule)) for one in every),
        columns=tuple(Choice(one, one) for one in columns),
    )
