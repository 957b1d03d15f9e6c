"""Searching beside the libraries that others search with: speed, memory, building, and recall.

`python -m benchmarks.search` lists the parts.
"""
