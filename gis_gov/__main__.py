"""Run the command line: `python -m gis_gov`."""

from gis_gov.cli import main

main()
