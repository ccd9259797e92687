"""
The tables of a store, in words that SQLite and PostgreSQL share, and the check of what is already there.

Append-only tables are guarded by triggers, which each store writes in its own dialect.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from circulation.errors import Invalid, Refused, Unknown

__all__ = ["APPEND_ONLY", "FORMAT", "TABLES", "check_facts", "facts_of_new_store", "missing_store", "not_a_store"]

FORMAT = 1
"""The version of the tables. A store with a newer one is refused."""

APPEND_ONLY = ("stored_events", "requests", "attachments", "store_facts")
"""Tables whose rows are never changed or removed."""

TABLES = (
    """CREATE TABLE stored_events (
        position {position} PRIMARY KEY,
        originator_id {name} NOT NULL,
        originator_version {integer} NOT NULL,
        topic {name} NOT NULL,
        recorded_us {integer} NOT NULL,
        state {bytes} NOT NULL,
        UNIQUE (originator_id, originator_version)
    )""",
    """CREATE TABLE requests (
        device {name} NOT NULL,
        request {name} NOT NULL,
        digest {bytes} NOT NULL,
        first_position {integer} NOT NULL,
        events {integer} NOT NULL,
        PRIMARY KEY (device, request)
    ){by_key}""",
    """CREATE TABLE attachments (sha256 {name} PRIMARY KEY, data {bytes} NOT NULL)""",
    """CREATE TABLE claims (
        ref {name} PRIMARY KEY, holder {bytes} NOT NULL, kind {name} NOT NULL
    ){by_key}""",
    """CREATE INDEX claims_by_holder ON claims (holder)""",
    """CREATE TABLE claim_versions (holder {bytes} PRIMARY KEY, version {integer} NOT NULL){by_key}""",
    """CREATE TABLE state_cache (
        stream {name} NOT NULL,
        fold {name} NOT NULL,
        fold_version {integer} NOT NULL,
        stream_version {integer} NOT NULL,
        state {bytes} NOT NULL,
        PRIMARY KEY (stream, fold)
    )""",
    """CREATE TABLE store_facts (name {name} PRIMARY KEY, value {name} NOT NULL)""",
)


def facts_of_new_store(*, simulated: bool) -> dict[str, str]:
    """What a new store says about itself."""
    return {
        "format": str(FORMAT),
        "store": secrets.token_hex(16),
        "clock": "simulated" if simulated else "real",
    }


def not_a_store(shown: str) -> Invalid:
    """The refusal of a file or database that somebody else made."""
    return Invalid("store.not-a-store", store=shown)


def missing_store(shown: str) -> Unknown:
    """The refusal to make a store where the caller expects one."""
    return Unknown("store.missing", store=shown)


def check_facts(shown: str, facts: Mapping[str, str], *, simulated: bool | None) -> None:
    """
    Refuse a store that is not ours to write.

    Raises `Invalid` (`store.not-a-store`, `store.newer`) or `Refused` (`store.clock`).
    """
    written = facts.get("format", "")
    if not written.isdigit() or "store" not in facts:
        raise not_a_store(shown)
    if int(written) > FORMAT:
        raise Invalid("store.newer", store=shown, format=written, the_format=FORMAT)
    if simulated is not None and simulated != (facts.get("clock") == "simulated"):
        kinds = ("simulated", "real") if simulated else ("real", "simulated")
        raise Refused("store.clock", kind=kinds[0], store=shown, kept=kinds[1])
