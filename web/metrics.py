"""What Prometheus may know: requests by route and status, how long they took, and where.

Several workers add up: their figures lie in files of the directory that the environment variable
``SHARED`` names, as prometheus_client's multiprocess mode has it.
"""

import os
import time

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics import Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from search import Answer

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
NAME = "metrics"
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # to be set before this module is imported


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mindseye_requests_total",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.latency = Histogram(
            "mindseye_request_seconds",
            "From a request to its answer.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.stages = Histogram(
            "mindseye_search_stage_seconds",
            "Where a search spends its time.",
            ("stage",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.routes = Counter(
            "mindseye_searches_total", "Searches by route.", ("route",), registry=self.registry
        )
        self.generation = Gauge(
            "mindseye_generation",
            "The newest generation that was answered from.",
            registry=self.registry,
            multiprocess_mode="max",
        )

    def searched(self, answer: Answer) -> None:
        """Count one answer with its stages."""
        self.routes.labels(answer.route).inc()
        self.generation.set(answer.generation)
        for stage, milliseconds in answer.timings_ms.items():
            self.stages.labels(stage).observe(milliseconds / 1000)


def measure(app: Flask) -> None:
    """Count every request of the application."""
    app.extensions[NAME] = Metrics()
    app.before_request(_started)
    app.after_request(_finished)


def metrics() -> Metrics:
    """The figures of the application that answers this request."""
    found: Metrics = current_app.extensions[NAME]
    return found


def exposed() -> Response:
    """The figures in Prometheus' text format."""
    registry = metrics().registry
    if os.environ.get(SHARED):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _started() -> None:
    g.started = time.perf_counter()


def _finished(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"  # addresses would be endless
    metrics().requests.labels(route, request.method, response.status_code).inc()
    if "started" in g:
        metrics().latency.labels(route).observe(time.perf_counter() - g.started)
    return response
