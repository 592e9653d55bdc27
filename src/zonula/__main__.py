"""``python -m zonula`` is the command ``zonula``."""

from zonula.cli.main import main

main()
