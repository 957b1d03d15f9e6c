"""How well the collection is searched: runs, their queries with pictures, and comparisons."""

from flask import render_template, request
from werkzeug.exceptions import BadRequest

from evaluation import Run, list_runs
from evaluation.mistakes import furthest, mistaken
from evaluation.queries import ranked, shown
from evaluation.runs import measures_of
from store import judged_counts, judgements
from web.evaluations import Pictures, against, plot, run_of, runs_folder
from web.pages.blueprint import blueprint
from web.parts import engine, whole_number

PAGE = 20  # queries
CHANGES = 12  # queries that a comparison shows of each kind
JUDGED = 100  # judgements that the list shows; the API has all of them
MATRIX = 60  # classes; of more, only those that are confused are told
FOUND = {  # what a page of queries can be narrowed to: first and last rank
    "all": (1, None),
    "first": (1, 1),
    "later": (2, 10),
    "beyond": (11, None),
}
WAYS = {"text_to_image": "Words to pictures", "image_to_text": "Pictures to words"}


@blueprint.get("/evaluations")
def evaluations() -> str:
    """Every run that is kept, what was judged, and what can be measured."""
    with engine().collection.snapshot() as snapshot:
        captioned = len(snapshot.catalog.captions())
    with engine().collection.catalog.reading() as connection:
        counts = judged_counts(connection)
        judged: dict[str, list[int]] = {}
        for one in judgements(connection, JUDGED):
            judged.setdefault(one.query, []).append(one.picture)
    return render_template(
        "evaluations.html",
        runs=list_runs(runs_folder()),
        captioned=captioned,
        counts=counts,
        judged=judged,
    )


@blueprint.get("/evaluations/<number>")
def evaluation(number: str) -> str:
    """One run: its figures as plots and tables, and how to look closer."""
    run = run_of(number)
    others = [one for one in list_runs(runs_folder()) if one["id"] != number]
    measures = measures_of(run)
    return render_template(
        "evaluation.html",
        run=run,
        sections={way: (plot([one]), one) for way, one in measures.items()},
        ways=WAYS,
        classes=_classes(run) if "classification" in run else None,
        others=[
            one for one in others if "queries" in run and one["kind"] in ("retrieval", "judged")
        ],
    )


@blueprint.get("/evaluations/<number>/queries")
def evaluation_queries(number: str) -> str:
    """The queries of a run, the worst first, each with what it found."""
    run = run_of(number)
    way, found = request.args.get("way", "text_to_image"), request.args.get("found", "all")
    if way not in run.get("queries", {}) or found not in FOUND:
        raise BadRequest("the run has no such queries")
    offset = whole_number("offset")
    results = ranked(run["queries"][way], *FOUND[found])
    queries = shown(run, way, results[offset : offset + PAGE])
    places = [one.picture for one in queries]
    places += [answer.picture for one in queries for answer in (*one.right, *one.answers)]
    pictures = Pictures(engine(), run)
    return render_template(
        "evaluation_queries.html",
        run=run,
        way=way,
        ways={way: title for way, title in WAYS.items() if way in run["queries"]},
        found=found,
        counts={name: len(ranked(run["queries"][way], *at)) for name, at in FOUND.items()},
        queries=queries,
        pictures=pictures,
        ids=pictures.ids(place for place in places if place is not None),
        offset=offset,
        following=offset + PAGE if offset + PAGE < len(results) else None,
        page=PAGE,
    )


@blueprint.get("/evaluations/<number>/against/<before>")
def evaluation_against(number: str, before: str) -> str:
    """Two runs: what got better and worse, and whether that may be chance."""
    comparison = against(number, before)
    after, earlier = run_of(number), run_of(before)
    ways = [way for way in WAYS if way in comparison]
    return render_template(
        "evaluation_against.html",
        comparison=comparison,
        after=after,
        before=earlier,
        sections={way: _pair(earlier, after, way) for way in ways},
        ways=WAYS,
        changes=CHANGES,
    )


def _classes(run: Run) -> dict[str, object]:
    """What was taken for what: the whole matrix where it can be read, pairs, and pictures."""
    facts = run["classification"]
    wrong = furthest(facts, CHANGES)
    pictures = Pictures(engine(), run)
    return {
        "facts": facts,
        "matrix": len(facts["classes"]) <= MATRIX,
        "mistaken": mistaken(facts)[:CHANGES],
        "furthest": wrong,
        "pictures": pictures,
        "ids": pictures.ids(one["picture"] for one in wrong),
    }


def _pair(before: Run, after: Run, way: str) -> object:
    return plot([measures_of(before)[way], measures_of(after)[way]])
