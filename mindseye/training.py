"""What `mindseye train` does: a recipe to parts, parts to heads, heads to figures and files."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

import encoders
from encoders import Progress
from encoders.cache import cache_dir
from encoders.joint import Joint, open_towers
from encoders.training import History, Options, draw, save, train
from evaluation import evaluate, fetch, recipes
from evaluation.recipe import Recipe, Split, read_recipe, split_data
from evaluation.zero_shot import accuracy

REPORTED = ("r@1", "r@5", "r@10", "median_rank")

Find = Callable[[str], Path]


def planned(
    folders: tuple[Path, ...],
    recipe: Path | None,
    data: tuple[str, ...],
    encoder: str | None,
    image: tuple[str, ...],
    text: str | None,
    epochs: int | None,
    seed: int | None,
) -> tuple[Recipe, Find]:
    """The recipe that the options ask for, and how its data sets are found by name."""
    if bool(folders) == bool(recipe):
        raise click.UsageError("give either folders of captioned pictures or a --recipe")
    if encoder and (image or text):
        raise click.UsageError("--encoder adapts a whole encoder; leave out the towers")
    plan = read_recipe(recipe) if recipe else _of_folders(folders, encoder, image, text)
    changed = {"epochs": epochs, "seed": seed}
    options = {name: value for name, value in changed.items() if value is not None}
    places = dict(_named(one) for one in data)
    return replace(plan, options=replace(plan.options, **options)), lambda name: _find(name, places)


def trained(
    recipe: Recipe,
    find: Find,
    out: Path,
    progress: Progress,
    on_epoch: Callable[[History], None],
) -> dict[str, Any]:
    """Train, write the encoder to ``out``, measure it on what was held out; the report."""
    found = split_data(recipe, find)
    towers = open_towers(recipe.towers, encoders.load)
    result = train(towers, found.parts, found.validated, recipe.options, progress, on_epoch)
    history = result.history
    report: dict[str, Any] = {
        "towers": recipe.towers,
        "options": asdict(recipe.options),
        "data": {name: {"sha256": one} | found.counts[name] for name, one in found.hashes.items()},
        "losses": [round(loss, 4) for loss in history.losses],
        "validation_recall": [round(recall, 4) for recall in history.recalls],
        "best_epoch": history.best + 1,
        "unreadable": [f"{Path(path).name}: {reason}" for path, reason in result.failures],
    }
    save(out, recipe.towers, result.blocks, result.scale, report)
    draw(history, out / "curve.png")
    report["figures"] = _figures(Joint(out, encoders.load), found)
    save(out, recipe.towers, result.blocks, result.scale, report)
    return report


def _figures(encoder: Joint, found: Split) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, dataset in (found.tests or {"validation": found.validation[0]}).items():
        measured = evaluate(encoder, dataset).measures()
        figures[name] = {
            way: {measure: round(one[measure]["value"], 4) for measure in REPORTED}
            for way, one in measured.items()
        }
    for name, pictures in found.unseen.items():
        if not pictures:
            continue
        labels = [folder.rsplit("/", 1)[-1].replace("_", " ") for _, folder in pictures]
        score = accuracy(encoder, [picture for picture, _ in pictures], labels)
        title = f"{name}: zero-shot accuracy, {len(set(labels))} unseen folders"
        figures[title] = round(score, 4)
    return figures


def _of_folders(
    folders: tuple[Path, ...], encoder: str | None, image: tuple[str, ...], text: str | None
) -> Recipe:
    towers: dict[str, Any] = {"encoder": encoder or "starter"}
    if image or text:
        towers = {"image": list(image) or ["efficientnet-lite2"], "text": text or "minilm"}
    data = [{"name": str(folder)} for folder in folders]
    return Recipe(towers, [{"data": data}], Options())


def _named(given: str) -> tuple[str, Path]:
    name, equals, folder = given.partition("=")
    if not equals:
        raise click.BadParameter(f"{given!r} is not NAME=DIR", param_hint="--data")
    return name, Path(folder)


def _find(name: str, places: dict[str, Path]) -> Path:
    if name in places:
        return places[name]
    if name in recipes():
        return fetch(name, cache_dir(), lambda line: click.echo(line, err=True))
    return Path(name)
