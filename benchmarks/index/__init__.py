"""How fast pictures come in, beside peers, each part with its gate.

    python -m benchmarks.index decode stages memory
    python -m benchmarks.index whole --peers ENVIRONMENT/bin/python

`whole` runs clip-retrieval in an environment of its own, described in `benchmarks/index/peers.py`.
The sides take turns; what is printed is the median, and the spread from the slowest to the fastest.
"""
