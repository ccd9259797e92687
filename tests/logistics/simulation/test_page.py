"""The page about policies names every key that there is, with its true default."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel

from logistics.simulation.policy import CourierPolicy, parse_policy

PAGE = Path(__file__).resolve().parents[3] / "docs" / "simulation.md"
NOT_DEFAULTS = {"name", "sorting.mode", "service.calls_a_week"}


def text() -> str:
    return PAGE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]


def test_the_policy_on_the_page_can_be_read_and_names_every_key() -> None:
    told = tomllib.loads(text())
    assert set(CourierPolicy.model_fields) == set(told)
    for key, field in CourierPolicy.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert set(field.annotation.model_fields) == set(told[key]), key


def test_what_may_be_left_out_is_set_to_its_default_on_the_page() -> None:
    read = parse_policy("page", text())
    for key, field in CourierPolicy.model_fields.items():
        value = getattr(read, key)
        if not isinstance(value, BaseModel):
            assert key in NOT_DEFAULTS or value == field.default
            continue
        for name, one in type(value).model_fields.items():
            assert one.is_required() or f"{key}.{name}" in NOT_DEFAULTS or getattr(value, name) == one.default, name
