"""`mindseye evaluate`: how well pictures are found by their captions."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.reports import report_option, write
from mindseye.settings import default_collection, runs_option

MODES = ("semantic", "hybrid")  # as in search.MODES, without waiting for its import
FUSIONS = ("none", "sum", "concat", "late")  # as in evaluation.fusion


@click.command("evaluate")
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option(
    "--encoder",
    "encoders",
    multiple=True,
    default=("starter",),
    show_default=True,
    help="The encoder to measure; several are compared with the first.",
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(MODES),
    help="Ask a collection the captions, as users do; several are compared.",
)
@click.option(
    "--fusion",
    "fusions",
    multiple=True,
    type=click.Choice(FUSIONS),
    help="Let the words of a picture's name count too, fused so; several are compared.",
)
@click.option(
    "--fusion-weight",
    type=click.FloatRange(0, 1),
    help="With --fusion sum and concat, how much the words count.  [default: 0.5]",
)
@click.option(
    "--served",
    is_flag=True,
    help="Measure the index of a collection: recall and latency over nprobe.",
)
@click.option(
    "--judged",
    is_flag=True,
    help="Measure a collection on searches whose results were judged right in the browser.",
)
@click.option(
    "--nprobe",
    "nprobes",
    multiple=True,
    type=click.IntRange(1),
    help="With --served, so many lists.  [default: 1, 2, 4, … and all]",
)
@click.option(
    "--collection",
    "collections",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: [default_collection()],
    envvar="MINDSEYE_COLLECTION",
    show_default="the user's data directory",
    show_envvar=True,
    help="With --mode, --served or --judged, the collection; several are compared.",
)
@click.option("--test", type=click.IntRange(1), help="Only the N pictures that training kept out.")
@click.option("--part", help="The part of a Karpathy JSON.  [default: test]")
@click.option("--language", help="Captions in this language, as the stamps have them: de, fr, …")
@click.option(
    "--duplicates",
    type=click.Choice(["wrong", "relevant"]),
    default="wrong",
    show_default=True,
    help="What answers count as that equal the right one: same bytes, or same words.",
)
@click.option("--classes", is_flag=True, help="Zero-shot classification: each folder is a class.")
@click.option(
    "--template", "templates", multiple=True, help="A prompt for a class, with {} for its name."
)
@click.option("--seed", default=0, show_default=True, help="Of the bootstrap and the test.")
@click.option("--baseline", metavar="RUN", help="An earlier run, by file or id, to compare with.")
@click.option(
    "--fail-under",
    multiple=True,
    metavar="MEASURE=X",
    help="Exit with 1 if a measure is worse: r@10=0.6, image_to_text.r@1=0.3, accuracy=0.5.",
)
@runs_option
@report_option("Also write a page of HTML that stands alone: plots, and every query to look at.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON object.")
def command(as_json: bool, fail_under: tuple[str, ...], report: Path | None, **given: Any) -> None:
    """Measure how well the captioned pictures in SOURCE are found, or what a collection serves.

    SOURCE is a folder, or the file in it that has the captions: captions.csv, .tsv, .txt or
    .parquet (image,caption), JSON of COCO or Karpathy, a .txt or .json beside each picture,
    webdataset shards, or a folder for each class. With --test N, only the first N in the order of
    the SHA-256 of their names count: those that a recipe of `mindseye train` with test = N holds
    out.

    With --served, a collection is asked with its own pictures and with the captions of SOURCE, or
    everyday words; what a scan of all embeddings finds is exact.

    \b
    Example:
      mindseye evaluate ~/flickr8k
      mindseye evaluate ~/flickr8k --encoder starter --encoder baseline:class-mixture
      mindseye evaluate ~/flickr8k --mode semantic --mode hybrid --collection ~/mine
      mindseye evaluate ~/flickr8k --fusion none --fusion sum --fusion late
      mindseye evaluate --judged --collection ~/mine
      mindseye evaluate --served --collection ~/mine --report report.html
      mindseye evaluate ~/flickr8k --baseline last-week.json --fail-under r@10=0.6
    """
    with explained():
        from mindseye.evaluating import Wanted, as_object, evaluated
        from mindseye.lineup import lineup
        from mindseye.thresholds import failing, parsed

        wanted = [parsed(one) for one in fail_under]
        done = evaluated(Wanted(**given))
        click.echo(json.dumps(as_object(done)) if as_json else lineup(done))
        if report:
            from evaluation.report import report as page

            write(report, page(done.runs, done.comparisons, done.pictures))
            click.echo(f"report: {report}", err=True)
        for run, file in zip(done.runs, done.files, strict=True):
            click.echo(f"run: {file} ({run['seconds']:.1f} s)", err=True)
        failed = [line for run in done.runs for line in failing(run, wanted)]
        if failed:
            raise click.ClickException("; ".join(failed))
