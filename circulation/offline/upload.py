"""
The logs of desks that had lost the network, merged and carried out as if they had been online.

The scans of all logs are put in the order of their true times, then of devices, then of their numbers, so it does not
matter in which order files are given. Each becomes the command that it would have been online, with the time at which
it happened and a request id made of log and number: uploading again changes nothing. Whatever came out otherwise than
the slip had said, or could not be recorded, is told with what somebody must do with the book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from circulation.actor import Role
from circulation.clock import iso
from circulation.command import Caller, Commands, Decision
from circulation.desk import Desk
from circulation.errors import BranchlineError, Conflict, Refused
from circulation.event import NewEvents
from circulation.folds import DEVICE, ITEM
from circulation.handwork import put_right, told_by
from circulation.item import item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.offline.device import AdjustedTime, ClockJump, Device, ScansUploaded, device_stream
from circulation.offline.device_clock import jumps_of
from circulation.offline.device_log import DeviceLog, LogHeader
from circulation.offline.merge import Entry, box_context, merge, request_of
from circulation.override import MAY_OVERRIDE
from circulation.receipt import Receipt, receipt_of

__all__ = ["Outcome", "UploadDesk", "Uploaded", "clock_note"]

_STAFF = (Role.DESK, Role.COORDINATOR)

Outcome = Literal["as-said", "differs", "late", "refused", "busy"]
"""What became of a scan: as the slip said, otherwise, only history, not recorded, or not recorded for now."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """
    What became of one scan; `todo` is what somebody must do with the book, empty for nothing.

    `item` is None where nothing may be told of the code. `sentence` says why.
    """

    device: str
    n: int
    happened_us: int
    item: str | None
    outcome: Outcome
    code: str
    sentence: str
    todo: str
    repeated: bool = False
    position: int = 0


class UploadDesk:
    """Takes the logs of devices in."""

    def __init__(self, desk: Desk, keyring: Keyring) -> None:
        self._desk = desk
        self._ledger: Ledger = desk.ledger
        self._commands: Commands = desk.commands
        self._keyring = keyring

    def upload(
        self,
        caller: Caller,
        logs: Sequence[DeviceLog],
        *,
        offsets_us: Mapping[str, int],
        override: str | None = None,
    ) -> list[Uploaded]:
        """
        Carry out the scans of several logs in their true order; a row for each.

        `offsets_us` holds the devices whose clock was compared with ours. `override` is the reason to lend what had
        left with a patron although a rule forbids it, by a `caller` who may.
        Raises `Refused` (`upload.other-store`, `actor.not-allowed`), `Invalid` (`upload.two-versions`), and
        `Unknown` (`actor.unknown`) for the caller.
        """
        for log in logs:
            if log.header.store != self._ledger.store_id:
                raise Refused("upload.other-store", device=log.header.device)
        entries = merge(logs, offsets_us)
        self._take_in(caller, entries, offsets_us)
        rows = [self._carry_out(caller, entry, override) for entry in entries]
        later: set[str] = set()
        for number in range(len(rows) - 1, -1, -1):
            item = rows[number].item
            if item is not None and item in later and rows[number].outcome == "differs":
                # Where the book is to go is said by its last scan.
                rows[number] = replace(rows[number], todo="")
            if item is not None:
                later.add(item)
        return rows

    def devices(self) -> list[Device]:
        """Every device that has uploaded, by name."""
        states = (self._ledger.load(stream, DEVICE).state for stream in self._ledger.streams("device/"))
        return [state for state in states if state is not None]

    # --- one scan -------------------------------------------------------------------------------------------------

    def _carry_out(self, caller: Caller, entry: Entry, override: str | None) -> Uploaded:
        header, scan = entry.header, entry.scan
        try:
            known = self._ledger.known(header.device, request_of(header, scan.n))
            if known is not None:
                receipt = receipt_of(replace(known, repeated=True))
            else:
                receipt = self._command(caller, entry, override)
        except Conflict as busy:
            return self._row(entry, "busy", busy.code, busy.sentence, "Upload the file again.")
        except BranchlineError as refused:
            return self._refused(entry, refused)
        told = self._row(entry, "as-said", receipt.code, receipt.sentence, "")
        told = replace(told, item=receipt.item or told.item, repeated=receipt.repeated, position=receipt.position)
        if receipt.code == "late":
            return replace(told, outcome="late")
        right = told_by(receipt)
        shelf_codes = {scan.said.code, right.code} if scan.said.signal == right.signal == "hold-shelf" else set()
        if (scan.said.signal, scan.said.to) == (right.signal, right.to) and len(shelf_codes - {None}) < 2:
            return told
        return replace(told, outcome="differs", todo=self._todo(entry, receipt))

    def _command(self, caller: Caller, entry: Entry, override: str | None) -> Receipt:
        """The command that the scan would have been online."""
        header, scan = entry.header, entry.scan
        at_desk = Caller(f"staff/{scan.who}", "declared", header.branch, header.device)
        request, happened_us = request_of(header, scan.n), entry.timed.happened_us
        sealed = (
            None if scan.sealed is None else self._keyring.open_box(scan.sealed, context=box_context(header, scan.n))
        )
        if scan.do != "lend":
            code = scan.code if scan.code is not None else sealed or ""
            by: Literal["desk", "drop"] = "drop" if scan.do == "drop" else "desk"
            return self._desk.scan(at_desk, code, by=by, request=request, happened_us=happened_us)
        if override is not None:
            # Whoever decides that the rule does not count stands for the loan.
            at_desk = replace(at_desk, actor=caller.actor, via=caller.via)
        return self._desk.loans.lend(
            at_desk,
            card=sealed or "",
            barcode=scan.code or "",
            override=override,
            request=request,
            happened_us=happened_us,
        )

    def _todo(self, entry: Entry, receipt: Receipt) -> str:
        """From where the slip sent the book to where it belongs; nothing for a book that was seen later."""
        item = receipt.item
        if item is None:
            return ""
        state = self._ledger.load(item_stream(item), ITEM).state
        if state is not None and state.custody.custody_us > entry.timed.happened_us:
            return ""
        right = told_by(receipt)
        if entry.scan.said.signal == right.signal == "hold-shelf":
            return f"Give {item} on the hold shelf the code {right.code}."
        return put_right(item, entry.scan.said, right)

    def _refused(self, entry: Entry, refused: BranchlineError) -> Uploaded:
        scan, device = entry.scan, entry.header.device
        item = scan.code if scan.code is not None and refused.code != "scan.card" else None
        outcome: Outcome = "refused"
        match refused.code:
            case "scan.card":
                todo = "A patron's card was scanned as an item; see that it went back to its owner."
            case "scan.tote":
                todo = f"{item} is a tote: receive it, branchline tote receive {item}."
            case "time.in-future":
                todo = f"Look what the clock of {device} shows and upload again with --clock {device}=TIME."
            case "loan.too-late":
                outcome, todo = "late", ""
            case "loan.on-loan":
                todo = f"{item} has left with a patron while it was on loan to another: find out who has it."
            case code if scan.do == "lend" and code in MAY_OVERRIDE:
                todo = (
                    f"{item} has left with a patron and is not on loan: upload again with --override --why TEXT, "
                    "or ask for it back."
                )
            case _ if scan.do == "lend":
                todo = f"{item} has left with a patron and is not on loan: ask for it back. {refused.hint}"
            case _:
                todo = f"Keep {item or 'what was scanned'} aside. {refused.hint}"
        row = self._row(entry, outcome, refused.code, refused.sentence, todo.strip())
        return replace(row, item=item)

    @staticmethod
    def _row(entry: Entry, outcome: Outcome, code: str, sentence: str, todo: str) -> Uploaded:
        return Uploaded(
            entry.header.device, entry.scan.n, entry.timed.happened_us, entry.scan.code, outcome, code, sentence, todo
        )

    # --- what was taken in ----------------------------------------------------------------------------------------

    def _take_in(self, caller: Caller, entries: Sequence[Entry], offsets_us: Mapping[str, int]) -> None:
        """Say ahead of the scans whose they are and what was added to the device's clock, once for each content."""
        by_log: dict[str, list[Entry]] = {}
        for entry in entries:
            by_log.setdefault(entry.header.log, []).append(entry)
        for log, its in sorted(by_log.items()):
            ordered = sorted(its, key=lambda entry: entry.scan.n)
            header, first, last = ordered[0].header, ordered[0].scan.n, ordered[-1].scan.n
            offset_us = offsets_us.get(header.device, 0)
            taken = ScansUploaded(
                log=log,
                branch=header.branch,
                table=header.table,
                table_position=header.position,
                first=first,
                last=last,
                scans=len(ordered),
                offset_us=offset_us,
                is_compared=header.device in offsets_us,
                adjusted=tuple(
                    AdjustedTime(n=entry.scan.n, device_us=entry.scan.at_us)
                    for entry in ordered
                    if entry.timed.is_adjusted
                ),
                jumps=tuple(
                    ClockJump(n=jump.n, from_us=jump.from_us, to_us=jump.to_us)
                    for jump in jumps_of([(entry.scan.n, entry.scan.at_us) for entry in ordered])
                ),
            )
            self._record(caller, header, taken)

    def _record(self, caller: Caller, header: LogHeader, taken: ScansUploaded) -> None:
        stream = device_stream(header.device)

        def decide(_at_us: int) -> Decision:
            known = self._ledger.load(stream, DEVICE)
            return Decision((NewEvents(stream, known.version, (taken,)),))

        self._commands.run(
            replace(caller, device=header.device),
            "offline upload",
            {"log": taken.log, "last": taken.last, "scans": taken.scans, "offset_us": taken.offset_us},
            decide,
            roles=_STAFF,
            request=f"offline-{taken.log}-to-{taken.last}-{taken.scans}-{taken.offset_us}",
        )


def clock_note(device: Device) -> str:
    """What is to be said of a device's clock; empty if it was compared and ran evenly."""
    told = []
    if not device.is_compared:
        told.append("its clock was not compared with ours")
    if device.jumps:
        jump = device.jumps[-1]
        told.append(f"its clock went back from {iso(jump.from_us)} to {iso(jump.to_us)} before scan {jump.n}")
    if device.adjusted:
        told.append(f"{device.adjusted} scans were put in the order of their numbers")
    return "; ".join(told)
