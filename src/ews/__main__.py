"""`python -m ews` is the command `ews`."""

from ews.cli.app import main

main()
