"""Runs of evaluations as the pages show them: plots, queries, and the pictures that they name."""

from web.evaluations.pictures import Pictures
from web.evaluations.plots import Plot, plot
from web.evaluations.runs import NoRunError, against, run_of, runs_folder

__all__ = [
    "NoRunError",
    "Pictures",
    "Plot",
    "against",
    "plot",
    "run_of",
    "runs_folder",
]
