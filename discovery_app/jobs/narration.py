"""Has a model write an engagement's narrative, where somebody asked for it."""

import logging
from collections.abc import Callable
from uuid import UUID

from discovery_app.agents.asking import Questioner
from discovery_app.agents.narrative import write_narrative
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope, WorkerScope
from discovery_app.jobs.assistants import questioner_for
from discovery_app.services.narratives import NarrativeService

logger = logging.getLogger(__name__)


def narrate(
    worker: WorkerScope,
    questioner: Callable[[Scope, UUID], Questioner] = questioner_for,
) -> bool:
    """Take one request and have it written; return whether there was one.

    The model is asked outside of any transaction. A runner that dies meanwhile loses
    the request to another one.
    """
    with unit_of_work(worker) as session:
        taken = NarrativeService(session).take_request(worker)
    if taken is None:
        return False
    scope, workflow_id = taken
    with unit_of_work(scope) as session:
        facts = NarrativeService(session).facts(scope)
    written = write_narrative(
        questioner(scope, workflow_id or scope.engagement_id), facts
    )
    with unit_of_work(scope) as session:
        NarrativeService(session).keep(scope, facts, written, settings().llm_model)
    if written.refused:
        logger.warning("The narrative is the rules': %s", written.refused)
    return True
