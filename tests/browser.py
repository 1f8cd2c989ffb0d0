"""Makes sure that the browser tests have a browser: ``python -m tests.browser``.

One that is there, else Playwright's own, else, as root on Debian, the distribution's.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-background-networking")


def find() -> str | None:
    """Return a browser that is installed, if there is one."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return playwrights()


def playwrights() -> str | None:
    """Return Playwright's own browser, if it was downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Install a browser by Playwright, or by apt as root on Debian."""
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    if done.returncode == 0 and find():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=False)


def main() -> None:
    """Install a browser if there is none.

    Exits with a sentence if that did not work.
    """
    if find() is None:
        install()
    if find() is None:
        sys.exit("No browser could be installed; install chromium, then try again.")


if __name__ == "__main__":
    main()
