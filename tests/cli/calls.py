"""Commands run in this process; starting one costs two seconds each."""

from dataclasses import dataclass

from typer.testing import CliRunner

from discovery_app.cli import FAILED, app
from discovery_app.errors import DiscoveryError


@dataclass(frozen=True)
class Done:
    """How a command ended, as ``subprocess`` tells it."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object) -> Done:
    """Run one command as ``python -m discovery_app`` does."""
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(result.exception, DiscoveryError):
        said = f"{result.stderr}{result.exception}\n"
        return Done(FAILED, result.stdout, said)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)
