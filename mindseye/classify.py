"""`mindseye classify`: examples into a classifier, and how good it is."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.progress import progress
from mindseye.settings import collection_option, runs_option


@click.command("classify")
@click.argument("examples", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--tag",
    "tags",
    multiple=True,
    help="Learn from the pictures that you or their files gave this tag; repeat for each class.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; `mindseye tag --classifier` takes it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@runs_option
@collection_option
def command(
    folder: Path, runs: Path, examples: Path | None, tags: tuple[str, ...], out: Path, as_json: bool
) -> None:
    """Learn a classifier for the collection from EXAMPLES, and say how good it is.

    EXAMPLES is a folder with a folder of pictures for each class, or a CSV with the columns
    image,label. Five examples a class are a beginning. The figures are cross-validated: each
    example is judged by a classifier that has not seen it. OUT.png shows what is taken for what,
    as does the page Evaluation of `mindseye serve`.

    \b
    Example:
      mindseye classify ~/sorted --out animals.classifier
      mindseye classify --tag beach --tag city --out places.classifier
      mindseye tag --classifier animals.classifier
    """
    if bool(examples) == bool(tags):
        raise click.UsageError("give either a folder or CSV of EXAMPLES, or a --tag for each class")
    with explained():
        report, run = _learned(folder, examples, tags, out, runs)
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else _said(report))
    click.echo(f"classifier: {out}", err=as_json)
    click.echo(f"run: {run}", err=True)


def _learned(
    folder: Path, source: Path | None, tags: tuple[str, ...], out: Path, runs: Path
) -> tuple[dict[str, Any], Path]:
    import encoders
    from encoders.classifier import class_words, learn
    from evaluation import How, save_run
    from evaluation.examples import examples_of_files, examples_of_tags, read_labelled
    from evaluation.learned import draw_confusion, learned_run
    from store import Collection

    collection = Collection(folder)
    encoder = encoders.load(collection.encoder["name"])
    if source is None:
        found = examples_of_tags(collection, tags)
    else:
        with progress("encoding") as update:
            labelled = read_labelled(source)
            found = examples_of_files(
                encoder, labelled, collection, lambda done, total: update(done, total, "")
            )
    run = learned_run(encoder, found, source or folder, How())
    facts: dict[str, Any] = {**run["classification"]}
    del facts["guesses"]
    facts |= {name: getattr(found, name) for name in ("stored", "repeated", "ambiguous")}
    facts["failures"] = run["failures"]
    words = class_words(encoder, found.names)
    model = learn(encoder.identity, found.names, found.rows, found.truths, words)
    model.save(out, facts)
    draw_confusion(run["classification"], out.with_suffix(".png"))
    return facts, save_run(run, runs)


def _said(facts: dict[str, Any]) -> str:
    from store import many

    classes = facts["classes"]
    total = sum(one["pictures"] for one in classes)
    lines = [
        f"{many(total, 'example')} of {len(classes)} classes, "
        f"{facts['stored']} of them in the collection; {facts['repeated']} repeated, "
        f"{facts['ambiguous']} in several classes and left out, {len(facts['failures'])} unreadable"
    ]
    lines += [f"unreadable: {one['path']}: {one['reason']}" for one in facts["failures"]]
    width = max(len(one["name"]) for one in classes) + 2
    lines.append(f"{'':<{width}}" + "".join(f"{name:>11}" for name in COLUMNS))
    for one in classes:
        shares = "".join(f"{one[name]:>11.3f}" for name in COLUMNS[1:])
        lines.append(f"{one['name']:<{width}}{one['pictures']:>11}{shares}")
    measures = facts["measures"].items()
    lines += [
        f"{name.replace('_', ' ')}: {one['value']:.3f} ({one['low']:.3f}-{one['high']:.3f})"
        for name, one in measures
    ]
    return "\n".join(lines)


COLUMNS = ("pictures", "precision", "recall", "f1")
