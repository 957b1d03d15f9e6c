"""Counts in sentences."""


def many(count: int, one: str, several: str | None = None) -> str:
    """A count with its noun: ``1 picture``, ``2,000 pictures``; ``several`` where no ``s`` does."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
