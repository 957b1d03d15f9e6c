"""How a catalog of an older version becomes one of this version; only ever appended to."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from store.errors import NewerCollectionError

VERSIONS = Path(__file__).parent / "versions"
HEAD = max(file.stem[1:5] for file in VERSIONS.glob("v*.py"))


def migrate(connection: Connection) -> None:
    """Bring the catalog behind ``connection`` to ``HEAD``, creating it if it is empty.

    Raises:
        NewerCollectionError: a newer version of mindseye has been here.
    """
    current = _current(connection)
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise NewerCollectionError(
            f"this collection has catalog version {current}, and this mindseye knows only {HEAD}; "
            "update mindseye"
        )
    _upgrade(connection)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # slow to import, and hardly ever needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
