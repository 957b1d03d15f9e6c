"""The parts, each with what it measures."""

import ast
from pathlib import Path

PARTS = ("vectors", "peers", "cold", "filters", "question", "growth", "served", "command", "costs")

for part in PARTS:
    source = (Path(__file__).parent / f"{part}.py").read_text(encoding="utf-8")
    says = (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
    print(f"python -m benchmarks.search.{part:<10} {says}")
