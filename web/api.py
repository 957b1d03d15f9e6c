"""The JSON API: the same question and the same answer as on the command line."""

from flask import Blueprint, Response, jsonify

from web.parts import asked, engine, limit

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.route("/search", methods=["GET", "POST"])
def search() -> Response:
    """``q``, ``like``, ``k`` and, with POST, a file ``image``: an answer, or an error."""
    return jsonify(engine().search(asked(), limit()).as_dict())
