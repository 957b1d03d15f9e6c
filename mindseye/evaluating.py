"""What `mindseye evaluate` does: data set and encoders to runs, runs to files and comparisons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

import encoders
from encoders.labels import read_labels
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
from evaluation.served import mode_run, served_run
from evaluation.zero_shot import TEMPLATES
from mindseye.opening import for_searching
from mindseye.progress import progress


@dataclass
class Evaluated:
    """Runs, the files that keep them, and how they compare with the first or with a baseline."""

    runs: list[Run] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)  # by the names that the runs use


def evaluated(
    source: Path | None,
    encoders: Sequence[str],
    served: bool,
    modes: Sequence[str],
    nprobes: Sequence[int],
    folder: Path,
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
    """Measure every encoder or mode on the data set, or an index; keep each run in ``runs``."""
    _check(source, templates, served=served, modes=modes, classes=classes)
    before = _baseline(baseline, runs) if baseline else None
    subject = _subject(source, test, part, language, classes) if source else None
    how = How(duplicates == "relevant", templates or TEMPLATES, Bootstrap(seed))
    done = Evaluated()
    if subject:
        done.pictures = dict(zip(subject.dataset.names, subject.dataset.pictures, strict=True))
    if served:
        measured = _served(folder, subject, how, nprobes)
    elif subject:
        measured = _modes(folder, subject, how, modes) if modes else _runs(encoders, subject, how)
    for run in measured:
        done.runs.append(run)
        done.files.append(save_run(run, runs))
    first, *others = [before, *done.runs] if before else done.runs
    if before or "queries" in first:
        done.comparisons = [compare(first, run, how.bootstrap) for run in others]
    return done


def as_object(done: Evaluated) -> Any:
    """The run, with its comparisons; where there are several, all of them under ``runs``."""
    if len(done.runs) > 1:
        return {"runs": done.runs, "comparisons": done.comparisons}
    return {**done.runs[0], "comparisons": done.comparisons}


def _runs(names: Sequence[str], subject: Subject, how: How) -> Iterator[Run]:
    measure = classification_run if subject.dataset.labels else retrieval_run
    for name in names:
        with progress("encoding") as update:
            opened = encoders.load(name)
            yield measure(opened, subject, how, lambda done, total: update(done, total, ""))


def _modes(folder: Path, subject: Subject, how: How, modes: Sequence[str]) -> Iterator[Run]:
    engine = for_searching(folder)
    for mode in modes:
        with progress(f"asking, {mode}") as update:
            yield mode_run(engine, subject, how, mode, lambda done, all_: update(done, all_, ""))


def _served(
    folder: Path, subject: Subject | None, how: How, nprobes: Sequence[int]
) -> Iterator[Run]:
    engine = for_searching(folder)
    texts = [label.text for label in read_labels()]
    if subject:
        texts = [text for lines in subject.dataset.captions for text in lines]
    with progress("measuring") as update:
        yield served_run(
            engine, texts, how, nprobes, subject, lambda done, all_: update(done, all_, "")
        )


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


def _check(
    source: Path | None,
    templates: Sequence[str],
    *,
    served: bool,
    modes: Sequence[str],
    classes: bool,
) -> None:
    if source is None and not served:
        raise click.UsageError("give a folder of captioned pictures, or --served for an index")
    if served + bool(modes) + classes > 1:
        raise click.UsageError("--served, --mode and --classes measure different things; give one")
    for one in templates:
        if "{}" not in one:
            raise click.BadParameter(f"{one!r} has no {{}} for the class", param_hint="--template")
