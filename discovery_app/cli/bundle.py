"""Building the pages, only when what they are built from has changed."""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from discovery_app.cli.terminal import say
from discovery_app.config import settings
from discovery_app.errors import ConfigurationError

SOURCES: Final = (
    "discovery_app/pages",
    "discovery_app/components",
    "discovery_app/states",
    "discovery_app/domain",
    "discovery_app/discovery_app.py",
    "assets",
    "rxconfig.py",
)
_BUILT: Final = Path(".web/build/client")
_STAMP: Final = Path(".web/discovery-build")


def build_pages() -> None:
    """Build the pages unless a build of exactly these sources is there.

    Raises:
        ConfigurationError: The build failed; its output was shown.
    """
    wanted = fingerprint()
    built = _STAMP.read_text() if _STAMP.exists() else ""
    if built == wanted and (_BUILT / "index.html").exists():
        return
    say("Building the pages; this takes about half a minute the first time.")
    _STAMP.unlink(missing_ok=True)
    _run_build()
    _STAMP.write_text(wanted)


def fingerprint() -> str:
    """Return a hash over everything that the pages are built from."""
    digest = hashlib.sha256()
    digest.update(f"{version('reflex')} {settings().address}".encode())
    for source in SOURCES:
        for path in _files(Path(source)):
            digest.update(str(path).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    found = (path for path in source.rglob("*") if path.is_file())
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _run_build() -> None:
    folder = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "DISCOVERY_RUNNER": "off",
    }
    program = shutil.which("reflex", path=environment["PATH"]) or "reflex"
    done = subprocess.run(  # noqa: S603  Our own program, no shell.
        [program, "export", "--frontend-only", "--no-zip", "--loglevel", "warning"],
        env=environment,
        check=False,
        stdout=sys.stderr,
    )
    if done.returncode != 0:
        raise ConfigurationError(
            "The pages could not be built; the output above says why. Check that the "
            "npm registry can be reached, then start again."
        )
