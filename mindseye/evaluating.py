"""What `mindseye evaluate` does: data set and encoders to runs, runs to files and comparisons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

import encoders
from encoders import Progress
from encoders.labels import read_labels
from evaluation import (
    Bootstrap,
    Comparison,
    How,
    Run,
    Subject,
    compare,
    encoder_run,
    find_run,
    judged_run,
    load_run,
    read_classes,
    read_dataset,
    save_run,
    split,
)
from evaluation.fusion import fusion_run
from evaluation.served import mode_run, served_run
from evaluation.zero_shot import TEMPLATES
from mindseye.opening import for_searching
from mindseye.progress import Update, progress
from store import WEIGHT


@dataclass(frozen=True)
class Wanted:
    """What to measure, as the options of the command say it."""

    source: Path | None
    encoders: Sequence[str]
    modes: Sequence[str]
    fusions: Sequence[str]
    fusion_weight: float | None
    served: bool
    judged: bool
    nprobes: Sequence[int]
    collections: Sequence[Path]
    test: int | None
    part: str | None
    language: str | None
    duplicates: str
    classes: bool
    templates: Sequence[str]
    seed: int
    baseline: str | None
    runs: Path

    @property
    def how(self) -> How:
        """How every run is measured."""
        relevant = self.duplicates == "relevant"
        return How(relevant, self.templates or TEMPLATES, Bootstrap(self.seed))


@dataclass
class Evaluated:
    """Runs, the files that keep them, and how they compare with the first or with a baseline."""

    runs: list[Run] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)  # by the names that the runs use


def evaluated(wanted: Wanted) -> Evaluated:
    """Measure every encoder, mode or index, and keep each run in the folder of runs."""
    _check(wanted)
    before = _baseline(wanted.baseline, wanted.runs) if wanted.baseline else None
    subject = _subject(wanted) if wanted.source else None
    done = Evaluated()
    if subject:
        done.pictures = dict(zip(subject.dataset.names, subject.dataset.pictures, strict=True))
    for run in _measured(wanted, subject):
        done.runs.append(run)
        done.files.append(save_run(run, wanted.runs))
    first, *others = [before, *done.runs] if before else done.runs
    if before or "queries" in first:
        done.comparisons = [compare(first, run, wanted.how.bootstrap) for run in others]
    return done


def as_object(done: Evaluated) -> Any:
    """The run, with its comparisons; where there are several, all of them under ``runs``."""
    if len(done.runs) > 1:
        return {"runs": done.runs, "comparisons": done.comparisons}
    return {**done.runs[0], "comparisons": done.comparisons}


def _measured(wanted: Wanted, subject: Subject | None) -> Iterator[Run]:
    if wanted.served:
        for folder in wanted.collections:
            with progress("measuring") as update:
                engine, texts = for_searching(folder), _texts(subject)
                yield served_run(engine, texts, wanted.how, wanted.nprobes, subject, _plain(update))
    elif wanted.judged:
        for engine in map(for_searching, wanted.collections):
            with progress("asking") as update:
                yield judged_run(engine, wanted.how, _plain(update))
    elif subject and wanted.modes:
        for engine in map(for_searching, wanted.collections):
            for mode in wanted.modes:
                with progress(f"asking, {mode}") as update:
                    yield mode_run(engine, subject, wanted.how, mode, _plain(update))
    elif subject and wanted.fusions:
        for name in dict.fromkeys(wanted.encoders):
            opened = encoders.load(name)
            for fusion in wanted.fusions:
                with progress(f"encoding, {fusion}") as update:
                    weight = WEIGHT if wanted.fusion_weight is None else wanted.fusion_weight
                    yield fusion_run(opened, subject, wanted.how, fusion, weight, _plain(update))
    elif subject:
        for name in dict.fromkeys(wanted.encoders):
            with progress("encoding") as update:
                yield encoder_run(encoders.load(name), subject, wanted.how, _plain(update))


def _plain(update: Update) -> Progress:
    return lambda done, total: update(done, total, "")


def _texts(subject: Subject | None) -> list[str]:
    """What an index is asked: the captions of the data set, or everyday words."""
    if subject is None:
        return [label.text for label in read_labels()]
    return [text for lines in subject.dataset.captions for text in lines]


def _subject(wanted: Wanted) -> Subject:
    source, part, test = wanted.source or Path(), wanted.part, wanted.test
    if wanted.classes:
        return _held_out(Subject(read_classes(source), source), test)
    # Which pictures are held out is decided before a language is chosen, as training does it.
    subject = _held_out(Subject(read_dataset(source, part=part), source, part), test)
    if wanted.language is None:
        return subject
    translated = read_dataset(source, part=part, language=wanted.language)
    names = set(subject.dataset.names) if test else set(translated.names)
    return Subject(translated.named(names), source, subject.part, wanted.language)


def _held_out(subject: Subject, test: int | None) -> Subject:
    if test is None:
        return subject
    return Subject(split(subject.dataset, test)[0], subject.source, f"test {test}")


def _baseline(given: str, runs: Path) -> Run:
    file = Path(given)
    return load_run(file) if file.suffix == ".json" else find_run(runs, given)


def _check(wanted: Wanted) -> None:
    if wanted.source is None and not (wanted.served or wanted.judged):
        raise click.UsageError(
            "give a folder of captioned pictures, --served for an index, or --judged for searches"
        )
    chosen = bool(wanted.modes) + bool(wanted.fusions)
    if wanted.served + wanted.judged + wanted.classes + chosen > 1:
        raise click.UsageError(
            "--served, --judged, --mode, --fusion and --classes measure different things; give one"
        )
    if wanted.nprobes and not wanted.served:
        raise click.UsageError("--nprobe goes with --served")
    if wanted.fusion_weight is not None and not {"sum", "concat"} & {*wanted.fusions}:
        raise click.UsageError("--fusion-weight goes with --fusion sum or concat")
    for one in wanted.templates:
        if "{}" not in one:
            raise click.BadParameter(f"{one!r} has no {{}} for the class", param_hint="--template")
