"""`python -m omenigen.main.cli`, which is what ./omenigen runs."""

from omenigen.main.cli.app import main

main()
