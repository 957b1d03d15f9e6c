"""Beyond one machine: what Ray and Milvus cost, and how large a collection gets.

`python -m benchmarks.cluster ray`, `milvus --address milvus://HOST:PORT/NAME`, or `sizes
--collection DIRECTORY`.
"""
