"""The pictures that a run names, as the collection knows them: shown by id, never by a path."""

from collections.abc import Iterable
from pathlib import Path

from evaluation import Run
from search import Engine
from store import pictures_at


class Pictures:
    """From places in a run's gallery to ids of pictures that lie in the collection now."""

    def __init__(self, engine: Engine, run: Run) -> None:
        self._engine = engine
        self._names = run["gallery"]["pictures"]
        self._data = run["dataset"]
        own = self._data is not None and self._data["path"] == str(
            engine.collection.folder.resolve()
        )
        self._ids = run["gallery"].get("ids") if own else None

    def name(self, place: int) -> str:
        """What the run calls it, without its folder."""
        return Path(self._names[place]).name

    def ids(self, places: Iterable[int]) -> dict[int, int]:
        """The ids of those that are in the collection, by place.

        Runs over a collection keep ids; of others, the paths are compared with those of the
        catalog, which opens no file.
        """
        wanted = set(places)
        if self._ids is not None:
            with self._engine.collection.snapshot() as snapshot:
                there = snapshot.pictures([self._ids[place] for place in wanted])
            return {place: self._ids[place] for place in wanted if self._ids[place] in there}
        paths = {path: place for place in wanted for path in self._paths(place)}
        with self._engine.collection.catalog.reading() as connection:
            found = pictures_at(connection, list(paths))
        return {paths[path]: number for path, number in found.items()}

    def _paths(self, place: int) -> list[str]:
        """Where the picture lay: names start at the data set's folder, or at its file's."""
        if self._data is None:
            return []
        base, name = Path(self._data["path"]), self._names[place]
        return [str(base / name), str(base.parent / name)]
