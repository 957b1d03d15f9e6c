"""A collection measured on what it knows itself: captions of its pictures, and judged searches."""

from evaluation.own.captions import captions_run
from evaluation.own.judged import judged_run

__all__ = ["captions_run", "judged_run"]
