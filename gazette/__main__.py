"""`python -m gazette` is the command `gazette`."""

from gazette.cli import main

main(prog_name="gazette")
