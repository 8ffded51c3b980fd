"""`python -m atlas` is `atlas`."""

from atlas.cli.app import main

main()
