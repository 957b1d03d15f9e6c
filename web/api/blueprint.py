"""The blueprint that the API's modules add their routes to, and what all of them may answer."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.models.tag import Tag

from web.api.schemas import Problem
from web.problems import KIND

SECURITY: dict[str, SecurityScheme | dict[str, Any]] = {
    "token": {"type": "http", "scheme": "bearer"}
}


def problem(description: str) -> dict[str, Any]:
    """The description of an answer that says no."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": description, "content": {KIND: {"schema": schema}}}


BAD = problem("A parameter or the query is wrong; the detail says which and why.")
REFUSED: dict[int | str, Any] = {
    401: problem("It needs the token: Authorization: Bearer TOKEN."),
    403: problem("It came from another site's page."),
    503: problem("Too many at once, or a damaged collection; Retry-After says when to come back."),
}
MISSING = problem("No picture has that id.")
TOO_LARGE = problem("More bytes than an upload may have.")

blueprint = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    abp_responses={**REFUSED, 400: BAD},
    abp_security=[{}, {"token": []}],
)


def tag(name: str, description: str) -> list[Tag]:
    """The heading under which the description lists some routes."""
    return [Tag(name=name, description=description)]
