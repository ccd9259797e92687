"""Compiling beforehand leaves nothing to be compiled while a budget of seconds runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("numba")

LEFT_TO_COMPILE = """
import importlib, pkgutil

from logistics.instances import read_instance
from logistics.instances.answer import answer
from logistics.solver import kernel, warm_up
from tests.logistics.instance_files import TIMED

modules = [importlib.import_module(f"{kernel.__name__}.{each.name}") for each in pkgutil.iter_modules(kernel.__path__)]


def signatures():
    return {name: len(function.signatures) for module in modules for name, function in vars(module).items()
            if hasattr(function, "signatures")}


warm_up()
before = signatures()
answer(read_instance("timed", TIMED.encode()), 0.3, 1, 1)  # proven, every order tried
print({name for name, count in signatures().items() if count != before[name]} or "nothing")
"""


def test_nothing_is_left_to_compile_for_a_day_that_is_proven() -> None:
    done = subprocess.run([sys.executable, "-c", LEFT_TO_COMPILE], capture_output=True, text=True, check=True)

    assert "nothing" == done.stdout.strip()
