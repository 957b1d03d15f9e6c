"""`python -m mindseye` is the command `mindseye`."""

from mindseye.cli import main

main()
