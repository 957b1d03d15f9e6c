"""A whole question in words, from the sentence to paths: ours beside a script of forty lines.

    python -m benchmarks.search.question

The script is what one writes first: open_clip, FAISS IVFFlat at the least nprobe that reaches our
recall, and for every hit its row from the same catalog through the ORM. Both run ViT-B/32 with the
same random weights, so recall is measured apart, on embeddings of the structured world. Sentences
are new to both sides each time; then one sentence is asked again and again.
"""

import statistics
from collections.abc import Callable
from itertools import count
from pathlib import Path

import faiss
import open_clip
import torch
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from benchmarks.search.collection import ARCHITECTURE, encoder, filled
from benchmarks.search.contenders import ivf_flat
from benchmarks.search.measuring import in_turns, milliseconds, options, surroundings
from benchmarks.search.vectors import World, gallery, recall
from search import Engine, parse
from store.embeddings import Embeddings
from store.models import File, Picture

K = 20
RECALL = 0.98  # of both
EFFORTS = (8, 16, 24, 32, 48, 64, 96, 128, 256)
SENTENCE = "two dogs that play with a red ball on a beach, number {}"
AIM = 4


class Script:
    """open_clip, an IVFFlat index in memory, and an ORM."""

    def __init__(self, catalog: Path, vectors: Embeddings, cache: Path) -> None:
        self._model, _, _ = open_clip.create_model_and_transforms(
            ARCHITECTURE, str(cache / f"{ARCHITECTURE}.pt")
        )
        self._model.eval()
        self._tokenize = open_clip.get_tokenizer(ARCHITECTURE)
        self._catalog = create_engine(f"sqlite:///{catalog}")
        self.index = ivf_flat(vectors, cache)

    @torch.inference_mode()
    def search(self, sentence: str) -> list[tuple[str, float]]:
        """Paths and scores."""
        vector = self._model.encode_text(self._tokenize([sentence]), normalize=True).numpy()
        scores, ids = self.index.search(vector, K)
        with Session(self._catalog) as session:
            found = []
            for score, number in zip(scores[0], ids[0], strict=True):
                picture = session.get(Picture, int(number))
                files = session.query(File).filter_by(picture_id=picture.id, state="present").all()
                found.append((files[0].path, float(score)))
        return found


def enough(script: Script, vectors: Embeddings, texts: Embeddings) -> float:
    """Give the script the least nprobe that reaches the recall; the recall that it has then."""
    exact = faiss.knn(texts, vectors, 10, faiss.METRIC_INNER_PRODUCT)[1] + 1
    found = 0.0
    for nprobe in EFFORTS:
        script.index.nprobe = nprobe
        found = recall(script.index.search(texts, 10)[1], exact)
        if found >= RECALL:
            break
    return found


def main() -> None:
    given = options(__doc__.splitlines()[0], count=1_000_000, repeats=5, questions=20)
    vectors = gallery(World(), given.count, given.cache)
    collection = filled(given.count, given.cache)
    engine = Engine(collection, encoder(given.cache))
    script = Script(collection.folder / "catalog.sqlite", vectors, given.cache)
    theirs = enough(script, vectors, World().texts(200, seed=9))
    answer = engine.search(parse(SENTENCE.format(-1)), K)
    print(surroundings("open_clip_torch", "openvino", "sqlalchemy"), "\n")
    print(f"ours: {answer.route}, recall {answer.recall:.3f}; ", end="")
    print(f"script: nprobe {script.index.nprobe}, recall {theirs:.3f}\n")
    print(f"| {given.count:,} pictures | ours | script | ratio | aim |\n|---|---|---|---|---|")
    number = count()
    new: Callable[[], str] = lambda: SENTENCE.format(next(number))  # noqa: E731
    for name, sentence, aim in (("new sentence", new, f"{AIM} ×"), ("again", lambda: "a dog", "")):
        ask = {
            "ours": lambda say=sentence: [
                engine.search(parse(say()), K) for _ in range(given.questions)
            ],
            "script": lambda say=sentence: [script.search(say()) for _ in range(given.questions)],
        }
        taken = in_turns(ask, given.repeats)
        ratio = statistics.median(taken["script"]) / statistics.median(taken["ours"])
        cells = [milliseconds(taken[side], given.questions) for side in ask]
        print(f"| {name} | {' | '.join(cells)} | {ratio:.1f} × | {aim} |", flush=True)
    print("\nours, one question:", engine.search(parse(new()), K).timings_ms)


if __name__ == "__main__":
    main()
