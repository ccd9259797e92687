"""One golden payload of every event type and version: what was recorded once can be read for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from circulation.codec import encode_payload, read_payload
from circulation.event import EVENT_TYPES
from logistics.vocabulary import MODULES

PAYLOADS = Path(__file__).parent / "payloads"
KNOWN = sorted(
    kind for kind, event in EVENT_TYPES.items() if event.__module__ in {module.__name__ for module in MODULES}
)


def test_every_version_of_every_event_type_has_a_golden_payload() -> None:
    wanted = {f"{kind}.v{n}.json" for kind in KNOWN for n in range(1, EVENT_TYPES[kind].SCHEMA + 1)}
    assert wanted == {path.name for path in PAYLOADS.glob("*.json")}


@pytest.mark.parametrize("kind", KNOWN)
def test_a_golden_payload_is_written_as_it_was_read(kind: str) -> None:
    for path in sorted(PAYLOADS.glob(f"{kind}.v*.json")):
        payload = path.read_bytes().rstrip(b"\n")
        version = int(path.suffixes[-2].removeprefix(".v"))
        state = b'{"v":%d,"m":{},"d":%s}' % (version, payload)
        event = TypeAdapter(EVENT_TYPES[kind]).validate_python(read_payload(kind, state))
        if version == EVENT_TYPES[kind].SCHEMA:
            assert payload == encode_payload(event)
