"""Measuring: captioned data sets, retrieval figures, and corpora to measure on."""

from evaluation.corpora import fetch, recipes
from evaluation.dataset import Dataset, read_dataset, split
from evaluation.errors import CorpusError, DatasetError, EvaluationError
from evaluation.retrieval import Retrieval, evaluate

__all__ = [
    "CorpusError",
    "Dataset",
    "DatasetError",
    "EvaluationError",
    "Retrieval",
    "evaluate",
    "fetch",
    "read_dataset",
    "recipes",
    "split",
]
