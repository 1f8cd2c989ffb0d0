"""Settings, read once from the environment or ``.env``."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RunnerMode(StrEnum):
    """Whether the web process looks after a runner of its own."""

    ON = "on"
    OFF = "off"


class Dispatcher(StrEnum):
    """What brings work to the runners."""

    APSCHEDULER = "apscheduler"
    """Each runner's own clock claims what is due: nothing else to look after."""
    PROCRASTINATE = "procrastinate"
    """One job a phase in a queue in PostgreSQL, for many machines."""


class LogFormat(StrEnum):
    """How a process writes its log."""

    TEXT = "text"
    JSON = "json"


class Settings(BaseSettings):
    """What differs between one deployment and another.

    Each field is set by ``DISCOVERY_<FIELD NAME>`` unless it names its variable.
    A name ends in its unit. Defaults without a source are chosen, not measured.
    """

    model_config = SettingsConfigDict(
        env_prefix="DISCOVERY_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    # Where everything lies
    database_url: str = Field(
        default="", validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    """The app's login; empty means the embedded server in ``data_dir``."""
    database_owner_url: str = Field(
        default="",
        validation_alias=AliasChoices("DATABASE_OWNER_URL", "database_owner_url"),
    )
    """The owner's login; only ``migrate`` uses it."""
    data_dir: Path = Path(".discovery")
    storage_url: str = ""
    """An fsspec address; empty means ``<data_dir>/storage``."""

    # The web process
    port: int = Field(default=3000, ge=1, le=65535)
    public_url: str = ""
    """The address people use; empty means ``http://localhost:<port>``."""
    session_hours: float = Field(default=12, gt=0)
    upload_limit_mb: int = Field(default=200, gt=0)
    workbook_limit_mb: int = Field(default=2048, gt=0)
    """How large a workbook may be once unpacked; above it, it is a bomb."""
    watch_coalesce_seconds: float = Field(default=0.25, ge=0)
    watch_poll_seconds: float = Field(default=10.0, gt=0)
    watches_per_person: int = Field(default=60, gt=0)

    # The runner
    runner: RunnerMode = RunnerMode.ON
    slots: int = Field(default=0, ge=0)
    """Runner processes; 0 means one a core."""
    dispatcher: Dispatcher = Dispatcher.APSCHEDULER
    """The same for every process of an installation."""
    queues: str = "cpu,llm"
    """The queues that the runners of this machine serve; Procrastinate only."""
    tick_seconds: float = Field(default=1.0, gt=0)
    beat_seconds: float = Field(default=5.0, gt=0)
    sweep_seconds: float = Field(default=5.0, gt=0)
    lease_seconds: float = Field(default=30.0, gt=0)
    max_attempts: int = Field(default=5, ge=1)
    retry_base_seconds: float = Field(default=2.0, gt=0)
    retry_cap_seconds: float = Field(default=300.0, gt=0)
    phase_timeout_seconds: float = Field(default=3600.0, gt=0)
    drain_seconds: float = Field(default=20.0, ge=0)
    stuck_after_seconds: float = Field(default=300.0, gt=0)
    fault: str = ""
    """Arms a fault point, as ``jobs.faults`` says; for tests only."""

    # Seeing it, and how long what is used up is kept
    log_format: LogFormat = LogFormat.TEXT
    metrics_token: SecretStr | None = None
    """A monitor that sends it as a bearer token may read ``/api/v1/metrics``."""
    keep_frames_days: float = Field(default=30.0, ge=0)
    """Frames between phases, after a run completed or was cancelled; 0: for ever."""
    keep_logs_days: float = Field(default=90.0, ge=0)
    """Logs of phases; 0 keeps them for ever."""
    keep_runs_days: float = Field(default=0.0, ge=0)
    """Finished runs whose upload tells nothing of the inventory; 0: for ever."""
    retention_minutes: float = Field(default=60.0, gt=0)
    """What is used up is cleaned away at most this often, by one runner of all."""

    ask_seconds: float = Field(default=2.0, gt=0)
    """How often a runner looks whether an evaluation or a summary was asked for."""

    # Judgement
    llm_model: str = ""
    """A CrewAI model string; empty means rules only."""
    llm_base_url: str = ""
    llm_api_key: SecretStr | None = None
    llm_timeout_seconds: float = Field(default=30.0, gt=0)
    llm_token_limit: int = Field(default=200_000, gt=0)
    """For one workflow, over all its phases, tries and its narrative; estimated."""
    llm_seconds_limit: float = Field(default=600.0, gt=0)
    """How long one workflow's questions may take together."""
    llm_cost_limit: float = Field(default=0.0, ge=0)
    """What one workflow may cost, in the currency of the price; 0 sets no limit."""
    llm_price_per_million_tokens: float = Field(default=0.0, ge=0)
    """Of the model, the dearer of input and output; needed for a cost limit."""

    @property
    def embedded(self) -> bool:
        """Whether this app runs its own PostgreSQL."""
        return not self.database_url

    @property
    def address(self) -> str:
        """Where people reach the app, without a slash at its end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def storage_address(self) -> str:
        """The fsspec address of stored files and frames."""
        return self.storage_url or str(self.data_dir.resolve() / "storage")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
