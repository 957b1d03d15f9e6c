"""Measuring: captioned data sets, retrieval figures, runs to keep, and corpora to measure on."""

from evaluation.bootstrap import Bootstrap
from evaluation.compare import Comparison, compare
from evaluation.corpora import fetch, recipes
from evaluation.dataset import Dataset, split
from evaluation.errors import CorpusError, DatasetError, EvaluationError, RunError
from evaluation.formats import read_classes, read_dataset
from evaluation.measure import How, Subject, encoder_run
from evaluation.own import captions_run, judged_run
from evaluation.retrieval import Retrieval, evaluate, from_embeddings
from evaluation.runs import RunSummary, find_run, list_runs, load_run, save_run
from evaluation.shape import Run

__all__ = [
    "Bootstrap",
    "Comparison",
    "CorpusError",
    "Dataset",
    "DatasetError",
    "EvaluationError",
    "How",
    "Retrieval",
    "Run",
    "RunError",
    "RunSummary",
    "Subject",
    "captions_run",
    "compare",
    "encoder_run",
    "evaluate",
    "fetch",
    "find_run",
    "from_embeddings",
    "judged_run",
    "list_runs",
    "load_run",
    "read_classes",
    "read_dataset",
    "recipes",
    "save_run",
    "split",
]
