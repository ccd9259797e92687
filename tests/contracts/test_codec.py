"""Facts become bytes and come back as they were; old shapes come back new, unknown ones are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation import codec
from circulation.clock import _LATEST_US
from circulation.codec import FactMapper, read_payload
from circulation.errors import Invalid
from circulation.event import EVENT_TYPES, Event, Fact, event, part
from circulation.hold import HoldPlaced, TitleAdded
from circulation.item import ItemSighted
from circulation.ledger import Ledger

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
NAME = TEXT.filter(bool)


def facts_about(events: st.SearchStrategy[Event]) -> st.SearchStrategy[Fact]:
    """Facts with envelopes of every kind."""
    return st.builds(
        Fact,
        stream=NAME,
        version=st.integers(1, 2**40),
        event=events,
        happened_us=st.integers(0, _LATEST_US),
        actor=TEXT,
        via=st.sampled_from(["declared", "os", "signed-in", "system"]),
        desk=TEXT,
        request=TEXT,
    )


TITLES = st.builds(TitleAdded, title=TEXT, author=TEXT, row=st.none() | TEXT, source=st.none() | TEXT)
HOLDS = st.builds(
    HoldPlaced,
    hold=TEXT,
    pickup=TEXT,
    item=st.none() | TEXT,
    category=TEXT,
    patron_home=TEXT,
    key=st.integers(-(2**62), 2**62),
    patron=TEXT,
)
SIGHTINGS = st.builds(
    ItemSighted, branch=TEXT, as_=st.sampled_from(["passing", "again", "found", "here"]), onward=st.none() | TEXT
)


@pytest.fixture(scope="module")
def mapper() -> Iterator[FactMapper]:
    """The mapper that ledgers use."""
    with Ledger.open("sqlite::memory:") as ledger:
        found = ledger.mapper
        assert isinstance(found, FactMapper)
        yield found


@given(fact=facts_about(TITLES | HOLDS | SIGHTINGS))
def test_a_fact_comes_back_as_it_was(mapper: FactMapper, fact: Fact) -> None:
    stored = mapper.to_stored_event(fact)

    assert mapper.to_domain_event(stored) == fact
    assert mapper.to_stored_event(mapper.to_domain_event(stored)) == stored
    assert stored.topic == type(fact.event).__name__


@given(fact=facts_about(TITLES))
def test_the_plain_payload_holds_what_the_event_holds_and_no_none(mapper: FactMapper, fact: Fact) -> None:
    plain = read_payload("TitleAdded", mapper.to_stored_event(fact).state)

    assert TitleAdded(**plain) == fact.event
    assert None not in plain.values()


def test_text_that_looks_like_the_seam_between_envelope_and_payload_does_no_harm(mapper: FactMapper) -> None:
    seam = '","d":{"title":"forged"}}'
    fact = Fact("title/a", 1, TitleAdded(title=seam), 0, seam, "os", seam, seam)

    assert mapper.to_domain_event(mapper.to_stored_event(fact)) == fact


def test_two_commands_do_not_share_an_envelope(mapper: FactMapper) -> None:
    first = Fact("title/a", 1, TitleAdded(title="T"), 1, "staff/ann", "os", "bath", "r1")
    second = replace(first, happened_us=2, actor="staff/bob")

    stored = [mapper.to_stored_event(fact) for fact in (first, second, first)]

    assert [mapper.to_domain_event(one) for one in stored] == [first, second, first]


@pytest.fixture
def changing() -> Iterator[None]:
    """Takes event types that a test declares out of the register again."""
    before = dict(EVENT_TYPES)
    codec._kinds.clear()
    yield
    EVENT_TYPES.clear()
    EVENT_TYPES.update(before)
    codec._kinds.clear()


def _with_reason(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "why": "unknown"}


def _branch_in_a_part(payload: dict[str, Any]) -> dict[str, Any]:
    return {"at": {"branch": payload.pop("branch")}, **payload}


@pytest.mark.usefixtures("changing")
def test_an_old_payload_is_read_through_every_upcaster_in_turn(mapper: FactMapper) -> None:
    @part
    class At:
        branch: str

    @event
    class ItemFell(Event):
        SCHEMA: ClassVar[int] = 3
        UPCASTERS: ClassVar[dict[int, Any]] = {1: _with_reason, 2: _branch_in_a_part}

        at: At
        why: Literal["unknown", "pushed"]

    def fell(version: int, payload: bytes) -> tuple[Event, dict[str, Any]]:
        state = b'{"v":%d,"m":{"at":0,"by":"a","via":"os","desk":"","req":"r"},"d":%s}' % (version, payload)
        return mapper.fact(1, "item/1", 1, "ItemFell", 0, state).event, read_payload("ItemFell", state)

    newest = ItemFell(at=At(branch="bath"), why="pushed")
    assert fell(3, b'{"at":{"branch":"bath"},"why":"pushed"}')[0] == newest
    assert fell(2, b'{"branch":"bath","why":"pushed"}')[0] == newest
    assert fell(1, b'{"branch":"bath"}') == (
        ItemFell(at=At(branch="bath"), why="unknown"),
        {"at": {"branch": "bath"}, "why": "unknown"},
    )
    for newer in (b"4", b"10"):
        with pytest.raises(Invalid) as refused:
            fell(int(newer), b"{}")
        assert refused.value.code == "event.newer"
        assert "Upgrade" in refused.value.hint


@pytest.mark.usefixtures("changing")
def test_only_the_registered_class_of_a_name_is_written(mapper: FactMapper) -> None:
    @part
    class TitleAdded(Event):
        title: str

    with pytest.raises(TypeError, match="is not the registered event type TitleAdded"):
        mapper.to_stored_event(Fact("title/a", 1, TitleAdded(title="T"), 0, "a", "os", "", "r"))


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"{}",
        b'{"v":1,"m":{"at":0,"by":"a","via":"os","desk":"","req":"r"},"d":{}}',
        b'{"v":1,"m":{"at":0,"by":"a","via":"os","desk":"","req":"r"},"d":{"title":"T","extra":1}}',
        b'{"v":1,"m":{"at":0,"by":"a","via":"os","desk":"","req":"r"},"d":{"title":"T"}',
        b'{"v":1,"m":{"at":0},"d":{"title":"T"}}',
        b'{"v":x,"m":{"at":0},"d":{"title":"T"}}',
        b"\xff\xfe" * 20,
    ],
)
def test_damaged_bytes_are_named_by_their_place_in_the_log(mapper: FactMapper, state: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        mapper.fact(17, "title/a", 3, "TitleAdded", 0, state)

    assert refused.value.code == "event.unreadable"
    assert "Event 17 (TitleAdded, version 3 of 'title/a')" in refused.value.sentence
