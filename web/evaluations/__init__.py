"""Runs of evaluations as the pages show them: plots, queries, and the pictures that they name."""

from web.evaluations.pictures import Pictures
from web.evaluations.plots import Plot, plot
from web.evaluations.queries import FOUND, Shown, chosen, shown
from web.evaluations.runs import NoRunError, against, run_of, runs_folder

__all__ = [
    "FOUND",
    "NoRunError",
    "Pictures",
    "Plot",
    "Shown",
    "against",
    "chosen",
    "plot",
    "run_of",
    "runs_folder",
    "shown",
]
