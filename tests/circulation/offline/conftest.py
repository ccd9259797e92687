"""The same world as for the desk."""

from tests.circulation.conftest import world

__all__ = ["world"]
