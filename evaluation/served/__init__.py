"""What users are served: a collection's index against exact search, and its query modes."""

from evaluation.served.index import served_run
from evaluation.served.modes import mode_run

__all__ = ["mode_run", "served_run"]
