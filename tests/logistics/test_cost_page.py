"""The page about cost shares names every key of a formula, with its true default."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from logistics.cost_formula import CostFormula, parse_formula

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cost-shares.md"


def test_the_formula_on_the_page_can_be_read_and_names_every_key_with_its_default() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    read = parse_formula("page", text)
    keys = {field.name for field in fields(CostFormula)} - {"formula", "version", "position"}
    assert {"name", *keys} == set(tomllib.loads(text))
    not_defaults = set(re.findall(r"^(\w+) = .*0 if left out$", text, re.MULTILINE))
    assert {"base_cents", "volume_percent", "calls_percent"} == not_defaults
    default = CostFormula("any", 0)
    assert all(getattr(read, key) == getattr(default, key) for key in keys - not_defaults)
