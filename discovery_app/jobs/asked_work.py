"""Does what was asked for an engagement: judging it again, having its summary written.

One request at a time, beside the workflows. A runner that dies meanwhile loses it to
another one; what ends the process each time is failed with a sentence.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from discovery_app.agents.asking import Questioner
from discovery_app.agents.narrative import write_narrative
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope, WorkerScope
from discovery_app.domain.engagement_request import RequestClaim, RequestKind
from discovery_app.domain.words import counted
from discovery_app.errors import DiscoveryError, LostRequestError
from discovery_app.jobs.assistants import questioner_for
from discovery_app.services.engagement_requests import (
    EngagementRequestService,
    scope_of,
)
from discovery_app.services.narratives import NarrativeService
from discovery_app.services.reassessment import Reassessed, ReassessmentService

logger = logging.getLogger(__name__)

_SPENT: Final = (
    "It ended its process each time it was tried; look at the workers' memory and log, "
    "then ask again."
)
_BROKE: Final = "It failed for a reason that the runner's log names; ask again later."

FindQuestioner = Callable[[Scope, UUID], Questioner]


@dataclass
class AskedWork:
    """Takes requests and does them, one at a time.

    Attributes:
        worker: Who takes them.
        only: Only those of this engagement; ``None`` takes any.
        kind: Only of this kind; ``None`` takes any.
        questioner: Who puts questions to a model.
        held: The one in work, for who keeps its lease.
    """

    worker: WorkerScope
    only: UUID | None = None
    kind: RequestKind | None = None
    questioner: FindQuestioner = questioner_for
    held: RequestClaim | None = None

    def do_next(self) -> bool:
        """Do what has waited longest; return whether there was anything."""
        with unit_of_work(self.worker) as session:
            claim = EngagementRequestService(session).take(
                self.worker, self.only, self.kind
            )
        if claim is None:
            return False
        self.held = claim
        try:
            self._do(claim)
        except LostRequestError as lost:
            logger.info("%s", lost)
        finally:
            self.held = None
        return True

    def keep(self) -> None:
        """Keep the lease of what is in work."""
        held = self.held
        if held is not None:
            with unit_of_work(self.worker) as session:
                EngagementRequestService(session).extend(held)

    def hand_back(self) -> None:
        """Hand back what is in work; what it did so far is not kept."""
        held = self.held
        if held is not None:
            with unit_of_work(self.worker) as session:
                EngagementRequestService(session).give_up(held)

    def _do(self, claim: RequestClaim) -> None:
        if claim.is_spent:
            _fail(claim, _SPENT)
            return
        try:
            _WORK[claim.kind](self, claim)
        except LostRequestError:
            raise
        except DiscoveryError as error:
            _fail(claim, str(error))
        except Exception:  # The request must end, and the runner go on.
            logger.exception("The %s could not be done.", claim.kind)
            _fail(claim, _BROKE)

    def evaluate(self, claim: RequestClaim) -> None:
        """Judge the inventory again, all or nothing."""
        with unit_of_work(scope_of(claim)) as session:
            requests = EngagementRequestService(session)
            done = ReassessmentService(session).run(requests.read(claim))
            requests.finish(claim, outcome=told(done))

    def narrate(self, claim: RequestClaim) -> None:
        """Have a model write; it is asked outside of any transaction."""
        scope = scope_of(claim)
        with unit_of_work(scope) as session:
            asked = EngagementRequestService(session).read(claim)
            facts = NarrativeService(session).facts(scope, asked.subject)
        subject_id = claim.workflow_id or claim.engagement_id
        written = write_narrative(self.questioner(scope, subject_id), facts)
        with unit_of_work(scope) as session:
            EngagementRequestService(session).finish(
                claim, outcome="" if written.refused else "The model wrote it."
            )
            model = settings().llm_model
            NarrativeService(session).keep(scope, asked.subject, facts, written, model)
        if written.refused:
            logger.warning("The narrative is the rules': %s", written.refused)


_WORK: Final[Mapping[RequestKind, Callable[[AskedWork, RequestClaim], None]]] = {
    RequestKind.EVALUATION: AskedWork.evaluate,
    RequestKind.NARRATIVE: AskedWork.narrate,
}


def told(done: Reassessed) -> str:
    """Return in one sentence what judging again changed."""
    dependencies = counted(done.dependencies, "dependency", "dependencies")
    return (
        f"{counted(done.assets, 'asset')} judged as of {done.as_of} by {done.data}; "
        f"the advice for {done.changed:,} of them changed. {dependencies} in "
        f"{counted(done.move_groups, 'move group')}."
    )


def _fail(claim: RequestClaim, problem: str) -> None:
    with unit_of_work(scope_of(claim)) as session:
        EngagementRequestService(session).finish(claim, problem=problem)
    logger.warning("The %s was not done: %s", claim.kind, problem)
