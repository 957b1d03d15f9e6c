"""The rows of a table of Milvus: ids, vectors, and the generations in which they came and went."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from store.embeddings import Embeddings
from store.errors import UnreachableError
from store.index.exact import Ids
from store.index.milvus.server import Server

FOREVER = 2**62  # the generation in which what is there goes
LOOSE = 1024  # rows that Milvus searches one by one, without an index
MESSAGE = 16 * 2**20  # bytes of vectors that are sent at once; Milvus takes 64 MB
ROWS_AT_ONCE = 10_000
ANSWERS_AT_ONCE = 2_000_000
IDS_AT_ONCE = 1000
LOADING = 60  # seconds: a server that has just started reads its tables first
SETTLING = 3600  # seconds, for each step of making an index
PAUSE = 0.2  # seconds between two looks at whether an index is made
STRONG = "Strong"  # sees all that was written before, and waits for it
BOUNDED = "Bounded"  # does not wait; a generation is only published once it can be seen


class Table:
    """One collection of Milvus, by its name."""

    def __init__(self, server: Server, name: str) -> None:
        self._ask = server
        self._name = name

    def create(self, dim: int, lists: int) -> None:
        """Make it, empty; one of that name is the rest of an attempt that was cut off."""
        from pymilvus import DataType, MilvusClient

        self.drop()
        schema = MilvusClient.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("born", DataType.INT64)
        schema.add_field("died", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        self._ask("create_collection", self._name, schema=schema, num_shards=1)
        kind = {"index_type": "IVF_FLAT", "params": {"nlist": lists}}
        if lists == 1:  # one list, which all queries look through
            kind = {"index_type": "FLAT", "params": {}}
        indexes = MilvusClient.prepare_index_params()
        indexes.add_index("vector", metric_type="IP", **kind)
        self._ask("create_index", self._name, indexes, sync=False)

    def drop(self) -> None:
        """Delete it, if it is there."""
        self._ask("drop_collection", self._name)

    def load(self) -> None:
        """Have it in the server's memory."""
        self._ask("load_collection", self._name, timeout=max(LOADING, self._ask.patience))

    def count(self, rows: str) -> int:
        """How many rows meet this condition, of all that was ever written."""
        options = {"output_fields": ["count(*)"], "consistency_level": STRONG}
        return int(self._ask("query", self._name, filter=rows, **options)[0]["count(*)"])

    def put(self, ids: Ids, embeddings: Embeddings, rows: Ids, born: int) -> None:
        """Keep these rows ``(n,)`` of the embeddings under their ids ``(n,)``."""
        at_once = _at_once(embeddings.shape[1])
        for start in range(0, len(ids), at_once):
            block = slice(start, start + at_once)
            vectors = np.asarray(embeddings[rows[block]], dtype=np.float32)
            self._upsert(
                {"id": one, "born": born, "died": FOREVER, "vector": vector}
                for one, vector in zip(ids[block].tolist(), vectors, strict=True)
            )

    def mark(self, rows: str | Ids, died: int) -> None:
        """Let these rows, by a condition or by their ids, go in this generation."""
        conditions = [rows] if isinstance(rows, str) else _one_of(rows)
        for condition in conditions:
            for some in self._rows(condition, ["id", "born", "vector"], IDS_AT_ONCE):
                self._upsert({**one, "died": died} for one in some)

    def delete(self, rows: str) -> None:
        """Delete the rows that meet this condition."""
        self._ask("delete", self._name, filter=rows)

    def settle(self, new: int) -> None:
        """Have ``new`` rows searched as they will be from now on, before recall is measured.

        Until Milvus has merged what was sent, made its index and loaded that, it looks at every
        row, which finds more than the lists will. It calls an index finished before it begins.

        Raises:
            UnreachableError: the server stopped working at it.
        """
        if new <= LOOSE:
            return
        self._ask("flush", self._name)
        merging = self._ask("compact", self._name)
        self._wait(lambda: self._ask("get_compaction_state", merging) == "Completed")
        self._wait(self._indexed)
        self.load()
        self._wait(self._index_loaded)

    def _indexed(self) -> bool:
        state = self._ask("describe_index", self._name, "vector")
        if state["state"] == "Failed":
            raise UnreachableError(f"{self._ask.place} made no index; see the server's log")
        return int(state["indexed_rows"]) >= int(state["total_rows"])

    def _index_loaded(self) -> bool:
        loaded = self._ask("list_loaded_segments", self._name)
        return all(one.index_name for one in loaded if one.num_rows > LOOSE)

    def _wait(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SETTLING
        while not done():
            if time.monotonic() > deadline:
                raise UnreachableError(f"{self._ask.place} is not done; see the server's log")
            time.sleep(PAUSE)

    def read(self, rows: str, dim: int = 0) -> Iterator[tuple[Ids, Embeddings]]:
        """Ids ``(n,)`` and, if asked for by their dimension, vectors ``(n, dim)``."""
        fields = ["id", "vector"] if dim else ["id"]
        for some in self._rows(rows, fields, _at_once(dim)):
            ids = np.fromiter((one["id"] for one in some), dtype=np.int64, count=len(some))
            vectors = [one["vector"] for one in some] if dim else []
            yield ids, np.array(vectors, dtype=np.float32).reshape(len(ids), dim)

    def search(self, queries: Embeddings, k: int, nprobe: int, rows: str) -> Iterator[Any]:
        """For each query what has ``ids`` and ``distances``, best first."""
        options = {
            "limit": k,
            "filter": rows,
            "search_params": {"metric_type": "IP", "params": {"nprobe": nprobe}},
            "consistency_level": BOUNDED,
        }
        at_once = max(1, min(ANSWERS_AT_ONCE // k, _at_once(queries.shape[1])))
        for start in range(0, len(queries), at_once):
            some = np.ascontiguousarray(queries[start : start + at_once])
            yield from self._ask("search", self._name, some, **options)

    def _rows(self, condition: str, fields: Sequence[str], size: int) -> Iterator[list[Any]]:
        """The rows that meet the condition now, by id, so many at a time."""
        options = {"output_fields": list(fields), "consistency_level": STRONG}
        return self._ask.rows(self._name, filter=condition, batch_size=size, **options)

    def _upsert(self, rows: Iterator[dict[str, Any]]) -> None:
        self._ask("upsert", self._name, list(rows))


def _at_once(dim: int) -> int:
    return max(1, min(ROWS_AT_ONCE, MESSAGE // (4 * dim or 1)))


def _one_of(ids: Ids) -> Iterator[str]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield f"id in {ids[start : start + IDS_AT_ONCE].tolist()}"
