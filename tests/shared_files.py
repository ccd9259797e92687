"""Where the real data lie that some tests look at; those tests skip where there are none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["shared_data"]


def shared_data(*parts: str) -> Path:
    """A file or folder beside the checkout (`BRANCHLINE_SHARED` overrides); skips the test when absent."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    path = Path(os.environ.get("BRANCHLINE_SHARED", beside)).joinpath("data", *parts)
    if not path.exists():
        pytest.skip(f"the real data are not here: shared/data/{'/'.join(parts)}")
    return path
