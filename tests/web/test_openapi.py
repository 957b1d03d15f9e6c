"""The API does what its OpenAPI description says: schemathesis asks what people would not."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

QUICK = settings(
    max_examples=20,  # for each operation
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# Not among them is that every well-formed call gets an answer: a well-formed question may have
# nothing to look for.
PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def try_hard(operation: schemathesis.APIOperation, headers: dict[str, str]) -> None:
    """Valid and invalid calls; the status must be a described one, the body as described."""
    valid = operation.as_strategy(GenerationMode.POSITIVE)
    invalid = operation.as_strategy(GenerationMode.NEGATIVE)

    @QUICK
    @given(st.one_of(valid, invalid))
    def keeps_its_promises(case: Case) -> None:
        case.call_and_validate(checks=PROMISES, headers=headers)

    keeps_its_promises()


@pytest.mark.parametrize("token", [True, False])
def test_every_operation_answers_as_described_and_never_with_a_500(app: Flask, token: bool) -> None:
    headers = {"Authorization": f"Bearer {app.extensions['access'].token}"} if token else {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        try_hard(operation, headers)
        tried.append(operation.label)
    app.extensions["jobs"].close()
    assert {"GET /api/v1/search", "POST /api/v1/jobs"} <= set(tried)
    assert len(tried) == len(set(tried)) >= 12
