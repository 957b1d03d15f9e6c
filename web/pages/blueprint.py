"""The blueprint that the pages add their routes to."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__)
