"""Reading and encoding on the machines of a Ray cluster; the process that asks for it writes.

`connection` reaches the cluster, `worker` is what runs on it, `crew` are the workers as this
process sees them, and `ahead` deals the files out and takes them back in order.
"""

from indexer.cluster.connection import Cluster, connected
from indexer.cluster.worker import Job, Load

__all__ = ["Cluster", "Job", "Load", "connected"]
