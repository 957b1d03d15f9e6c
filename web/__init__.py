"""The collection in a web browser: pages, a JSON API, and pictures by id."""

from web.app import bound, create_app, in_order, listen
from web.guard import LOCAL_HOSTS, Access

__all__ = ["LOCAL_HOSTS", "Access", "bound", "create_app", "in_order", "listen"]
