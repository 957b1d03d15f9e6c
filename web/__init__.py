"""The collection in a web browser: pages, a JSON API, and pictures by id."""

from web.app import create_app, serve

__all__ = ["create_app", "serve"]
