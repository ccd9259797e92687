"""
One golden payload of every version of every event type stays readable for ever.

`pytest tests/contracts/test_payloads.py --write-payloads` writes those that are missing; what is there is never
rewritten: an event whose payload changes gets a new schema version and an upcaster.
"""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

import pytest

from circulation.codec import FactMapper, check_event_types, encode_meta, encode_payload, join_state
from circulation.event import EVENT_TYPES, Event
from circulation.ledger import Ledger
from tests.contracts.payload_examples import ALL_TYPES, PAYLOADS, example, may_be_none, parts_of
from tests.contracts.said import stamp

META = encode_meta(0, "staff/ann", "os", "bath", "r1")
EVERY_VERSION = [(name, version) for name in ALL_TYPES for version in range(1, EVENT_TYPES[name].SCHEMA + 1)]


@pytest.fixture(scope="module")
def mapper() -> FactMapper:
    """The mapper that ledgers use."""
    with Ledger.open("sqlite::memory:") as ledger:
        found = ledger.mapper
    assert isinstance(found, FactMapper)
    return found


def read(mapper: FactMapper, name: str, version: int, payload: bytes) -> Event:
    """What the ledger makes of a payload that was written at a schema version."""
    state = join_state(name, META, payload)
    written = state.replace(b'{"v":%d,' % EVENT_TYPES[name].SCHEMA, b'{"v":%d,' % version, 1)
    return mapper.fact(1, "stream", 1, name, 0, written).event


@pytest.mark.parametrize(("name", "version"), EVERY_VERSION)
def test_every_version_of_every_event_type_has_a_golden_payload_that_can_be_read(
    mapper: FactMapper, name: str, version: int, request: pytest.FixtureRequest
) -> None:
    golden = PAYLOADS / f"{name}.v{version}.json"
    newest = version == EVENT_TYPES[name].SCHEMA
    if not golden.exists() and newest and request.config.getoption("--write-payloads"):
        golden.write_bytes(encode_payload(example(EVENT_TYPES[name])) + b"\n")
    assert golden.exists(), f"{golden.name} is missing: run this test with --write-payloads and look at it"
    payload = golden.read_bytes().rstrip(b"\n")

    event = read(mapper, name, version, payload)

    assert type(event) is EVENT_TYPES[name]
    if newest:
        assert encode_payload(event) == payload


def test_no_golden_payload_is_left_over() -> None:
    expected = {f"{name}.v{version}.json" for name, version in EVERY_VERSION}
    assert {path.name for path in PAYLOADS.iterdir()} == expected


@pytest.mark.parametrize("name", ALL_TYPES)
def test_what_may_be_none_defaults_to_none_because_none_is_not_written(name: str) -> None:
    for part in parts_of(EVENT_TYPES[name]):
        hints = get_type_hints(part)
        for field in dataclasses.fields(part):
            if may_be_none(hints[field.name]):
                assert field.default is None, f"{part.__name__}.{field.name}"


def test_every_chain_of_upcasters_is_whole() -> None:
    check_event_types()


@pytest.mark.parametrize("name", ALL_TYPES)
def test_an_event_of_every_type_goes_through_the_log(memory_ledger: Ledger, name: str) -> None:
    from circulation.event import NewEvents

    happened: Any = example(EVENT_TYPES[name])
    done = memory_ledger.append(stamp(), [NewEvents("some/stream", 0, (happened,))])

    assert memory_ledger.stream("some/stream") == list(done.facts)
    assert done.facts[0].event == happened
