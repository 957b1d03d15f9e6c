"""What `mindseye evaluate` does: data set and encoders to runs, runs to files and comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

import encoders
from evaluation import (
    Bootstrap,
    Comparison,
    How,
    Run,
    Subject,
    classification_run,
    compare,
    find_run,
    load_run,
    read_classes,
    read_dataset,
    retrieval_run,
    save_run,
    split,
)
from evaluation.zero_shot import TEMPLATES
from mindseye.progress import progress


@dataclass
class Evaluated:
    """Runs, the files that keep them, and how they compare with the first or with a baseline."""

    runs: list[Run] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)  # by the names that the runs use


def evaluated(
    source: Path,
    encoders: Sequence[str],
    test: int | None,
    part: str | None,
    language: str | None,
    duplicates: str,
    classes: bool,
    templates: Sequence[str],
    seed: int,
    baseline: str | None,
    runs: Path,
) -> Evaluated:
    """Measure every encoder on the data set, and keep each run in ``runs``."""
    _check(templates)
    before = _baseline(baseline, runs) if baseline else None
    subject = _subject(source, test, part, language, classes)
    how = How(duplicates == "relevant", templates or TEMPLATES, Bootstrap(seed))
    done = Evaluated(
        pictures=dict(zip(subject.dataset.names, subject.dataset.pictures, strict=True))
    )
    for name in dict.fromkeys(encoders):
        run = _run(name, subject, how)
        done.runs.append(run)
        done.files.append(save_run(run, runs))
    first, *others = [before, *done.runs] if before else done.runs
    if "queries" in first:
        done.comparisons = [compare(first, run, how.bootstrap) for run in others]
    return done


def as_object(done: Evaluated) -> Any:
    """The run, with its comparisons; where there are several, all of them under ``runs``."""
    if len(done.runs) > 1:
        return {"runs": done.runs, "comparisons": done.comparisons}
    return {**done.runs[0], "comparisons": done.comparisons}


def _run(name: str, subject: Subject, how: How) -> Run:
    measure = classification_run if subject.dataset.labels else retrieval_run
    with progress("encoding") as update:
        opened = encoders.load(name)
        return measure(opened, subject, how, lambda done, total: update(done, total, ""))


def _subject(
    source: Path, test: int | None, part: str | None, language: str | None, classes: bool
) -> Subject:
    if classes:
        return _held_out(Subject(read_classes(source), source), test)
    # Which pictures are held out is decided before a language is chosen, as training does it.
    subject = _held_out(Subject(read_dataset(source, part=part), source, part), test)
    if language is None:
        return subject
    translated = read_dataset(source, part=part, language=language)
    names = set(subject.dataset.names) if test else set(translated.names)
    return Subject(translated.named(names), source, subject.part, language)


def _held_out(subject: Subject, test: int | None) -> Subject:
    if test is None:
        return subject
    return Subject(split(subject.dataset, test)[0], subject.source, f"test {test}")


def _baseline(given: str, runs: Path) -> Run:
    file = Path(given)
    return load_run(file) if file.suffix == ".json" else find_run(runs, given)


def _check(templates: Sequence[str]) -> None:
    for one in templates:
        if "{}" not in one:
            raise click.BadParameter(f"{one!r} has no {{}} for the class", param_hint="--template")
