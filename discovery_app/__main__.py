"""``python -m discovery_app``: the command line."""

from discovery_app.cli import main

main()
