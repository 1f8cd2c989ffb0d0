"""What a new run makes of the inventory: asked for before any workflow runs again."""

from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.change_lines import UndoWords, replaced_words
from discovery_app.domain.import_changes import UndoPreview
from discovery_app.errors import DiscoveryError
from discovery_app.services.workflow_undo import WorkflowUndoService
from discovery_app.states.following import id_in_path
from discovery_app.states.gate import in_thread
from discovery_app.states.places import workflow_scope_of
from discovery_app.states.rules import allow


class ReplacedInventoryState(rx.State):
    """What the question before a new run says of the inventory."""

    words: UndoWords = UndoWords()

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def look(self, opened: bool) -> None:
        """Count what a new run may replace, when the question opens."""
        self.words = UndoWords()
        if not opened:
            return
        try:
            workflow_id = id_in_path(self, "workflow")
            scope = await workflow_scope_of(self, workflow_id)
            seen = await in_thread(undo_preview, scope, workflow_id)
            self.words = replaced_words(seen)
        except DiscoveryError as error:
            self.words = UndoWords(kept=str(error))


def undo_preview(scope: Scope, workflow_id: UUID) -> UndoPreview:
    """Return what taking the workflow's import back would do now."""
    with unit_of_work(scope) as session:
        return WorkflowUndoService(session).preview(scope, workflow_id)
