"""The inventory's tables as statements see them."""

from typing import Final

import sqlalchemy as sa

from discovery_app import models

ASSETS: Final[sa.Table] = models.Asset.__table__  # pyright: ignore
SOURCES: Final[sa.Table] = models.AssetSource.__table__  # pyright: ignore
APPLICATIONS: Final[sa.Table] = models.Application.__table__  # pyright: ignore
CHANGES: Final[sa.Table] = models.ImportChange.__table__  # pyright: ignore
CONFLICTS: Final[sa.Table] = models.Conflict.__table__  # pyright: ignore
DECISIONS: Final[sa.Table] = models.Decision.__table__  # pyright: ignore
DEPENDENCIES: Final[sa.Table] = models.Dependency.__table__  # pyright: ignore
FINDINGS: Final[sa.Table] = models.Finding.__table__  # pyright: ignore
GROUPS: Final[sa.Table] = models.MoveGroup.__table__  # pyright: ignore
EOL_VERSIONS: Final[sa.Table] = models.EndOfLifeVersion.__table__  # pyright: ignore
ISSUES: Final[sa.Table] = models.ImportIssue.__table__  # pyright: ignore
MAPPINGS: Final[sa.Table] = models.FieldMapping.__table__  # pyright: ignore
ROW_CORRECTIONS: Final[sa.Table] = models.RowCorrection.__table__  # pyright: ignore
FILES: Final[sa.Table] = models.DataImportFile.__table__  # pyright: ignore
NARRATIVES: Final[sa.Table] = models.Narrative.__table__  # pyright: ignore
REQUESTS: Final[sa.Table] = models.EngagementRequest.__table__  # pyright: ignore
SETTINGS: Final[sa.Table] = models.EngagementSetting.__table__  # pyright: ignore
SPENDINGS: Final[sa.Table] = models.AgentSpending.__table__  # pyright: ignore
UPLOADS: Final[sa.Table] = models.DataImportSession.__table__  # pyright: ignore
WORKFLOWS: Final[sa.Table] = models.WorkflowState.__table__  # pyright: ignore
