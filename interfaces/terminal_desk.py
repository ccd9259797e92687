"""
A desk at a terminal, to be used all day: scan, look, put the book where it says.

One prompt takes barcodes, totes and one-letter commands. Nothing stops the line: a question that is not answered
with `y` is answered by the next scan. What is shown is drawn by `desk_screen.py`, what is counted by `desk_tally.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from circulation.barcode import parse_barcode
from circulation.clock import iso
from circulation.command import new_request
from circulation.errors import BranchlineError, Invalid, Refused
from circulation.folds import ITEM, TOTE
from circulation.item import item_stream
from circulation.tote import tote_stream
from circulation.words import hidden
from interfaces.desk_screen import Answer
from interfaces.desk_tally import Scanned, Tally
from interfaces.unnamed import without_cards

if TYPE_CHECKING:
    from circulation.command import Caller
    from circulation.desk import Desk
    from circulation.lookups import Courier
    from circulation.receipt import Receipt
    from interfaces.desk_screen import DeskScreen
    from interfaces.scanning import Way
    from interfaces.slips import Slips

__all__ = ["TerminalDesk"]

AGAIN_SECONDS = 3.0
"""The same code twice within this time may be one beep too many."""

_HELP = (
    "Scan or type a code and press Enter. Instead of a code:",
    "  u        undo the last scan",
    "  t CODE   pack what travels into that tote; t alone packs no more",
    "  seal     seal the tote that is being packed; seal CODE seals that one",
    "  ?        this help",
    "  q        leave (Ctrl-D and Ctrl-C too)",
    "A tote's code that is scanned receives it if it just came, or packs into it if it is open or empty.",
)

_LARGE = {"scan.card": "A CARD", "barcode.unreadable": "SCAN AGAIN", "undo.nothing": "NO UNDO", "scan.tote": "A TOTE"}
"""What a refusal says in large letters."""


class TerminalDesk:
    """One session at a desk; `occurred_us` is when everything scanned in it happened, None for now."""

    def __init__(
        self,
        desk: Desk,
        caller: Caller,
        screen: DeskScreen,
        *,
        way: Way,
        slips: Slips | None,
        courier: Courier,
        occurred_us: int | None = None,
        seconds: Callable[[], float] = time.monotonic,
        opened: Callable[[str], str] = hidden,
    ) -> None:
        self._desk = desk
        self._caller = caller
        self._screen = screen
        self._way = way
        self._slips = slips
        self._courier = courier
        self._occurred_us = occurred_us
        self._seconds = seconds
        self._opened = opened
        self._tote = way.tote
        self._tally = Tally()
        self._last_beep = ("", float("-inf"))
        self._asked_again = ""
        self._without_tote = ""

    def run(self) -> bool:
        """Work until the end of input, `q` or Ctrl-C; False if Ctrl-C came while something was being recorded."""
        began = self._seconds()
        self._screen.open(_HELP, modes=self._modes())
        is_whole = True
        while True:
            try:
                word = self._screen.ask(f"{self._caller.desk}{f' {self._tote}' if self._tote else ''}> ").strip()
            except (EOFError, KeyboardInterrupt):
                self._screen.say([""])
                break
            if word.lower() in ("q", "quit", "exit"):
                break
            try:
                if word:
                    self._take(word)
            except KeyboardInterrupt:
                self._screen.say(["", "Stopped while it was being recorded: scan the last one again."])
                is_whole = False
                break
        self._screen.close(self._tally, minutes=round((self._seconds() - began) / 60))
        return is_whole

    def _take(self, word: str) -> None:
        """One line, whatever it is; an error is shown and nothing ends."""
        asked, self._asked_again = self._asked_again, ""
        try:
            if asked and word.lower() in ("y", "yes"):
                self._beep(asked)
            elif not asked or word.lower() not in ("n", "no"):
                self._obey(word)
        except BranchlineError as error:
            sentence = without_cards(error.sentence, self._desk.borrowers.is_card)
            self._show(Answer("refused", _LARGE.get(error.code, "NOT DONE"), (sentence, error.hint)))

    def _obey(self, word: str) -> None:
        command, _, rest = (part.strip() for part in word.partition(" "))
        match command.lower(), rest:
            case "?", "":
                self._screen.say(_HELP)
            case "u", "":
                self._undo()
            case "t", "":
                self._tote = None
                self._show(Answer("done", "NO TOTE", ("What travels is not packed.",)))
            case "t", code:
                self._pack_into(parse_barcode(code))
            case "seal", code:
                self._seal(code)
            case _:
                self._scanned(word)

    # --- codes --------------------------------------------------------------------------------------------------------

    def _scanned(self, code: str) -> None:
        last, at = self._last_beep
        if code == last and self._seconds() - at < AGAIN_SECONDS:
            self._asked_again = code
            self._screen.say([f"{code} was scanned just now. Again? y, or go on with the next one."])
            return
        if self._without_tote and self._is_new_to_us(code):
            self._begin_tote(code)
            return
        try:
            self._beep(code)
        except Refused as refused:
            if refused.code != "scan.tote":
                raise
            self._tote_scanned(parse_barcode(code))

    def _beep(self, code: str) -> None:
        receipt = self._scan(code, self._tote)
        self._last_beep = (code, self._seconds())
        self._without_tote = ""
        self._shown(code, receipt)

    def _scan(self, code: str, tote: str | None) -> Receipt:
        return self._desk.scan(
            self._caller,
            code,
            tote=tote,
            sort=self._way.sort,
            out_of=self._way.out_of,
            by=self._way.by,
            request=new_request(),
            **self._way.times(self._occurred_us, self._way.by),
        )

    def _shown(self, code: str, receipt: Receipt) -> None:
        at_us = self._desk.commands.clock()
        happened_us = at_us if self._occurred_us is None else self._occurred_us
        self._tally.add(Scanned(receipt.item or code.strip(), receipt, at_us))
        if self._slips is not None:
            self._slips.write(receipt, branch=self._caller.desk, at_us=happened_us)
        self._show(self._answer(receipt, happened_us))

    def _answer(self, receipt: Receipt, at_us: int) -> Answer:
        item = receipt.item or ""
        if receipt.code == "unknown":
            return Answer("unknown", "UNKNOWN", (receipt.sentence, "Put it aside for cataloguing."))
        if receipt.route_to is None:
            large = {"shelve": "HERE", "hold-shelf": "HOLD"}.get(receipt.signal, receipt.headline)
            if receipt.signal == "hold-shelf":
                large = self._pickup_code(item) or large
            return Answer(receipt.signal, large, (receipt.sentence,), item)
        name = self._desk.places.branch(receipt.route_to).name
        return Answer("send", name, (receipt.sentence, self._about_tote(receipt, at_us)), item)

    def _pickup_code(self, item: str) -> str:
        state = self._desk.ledger.load(item_stream(item), ITEM).state
        return "" if state is None or state.custody.capture is None else state.custody.capture.code or ""

    def _about_tote(self, receipt: Receipt, at_us: int) -> str:
        """Into which tote it goes, or which one it needs."""
        if receipt.filling is not None:
            return f"INTO TOTE {receipt.filling}."
        if self._tote is None and not self._way.sort:
            return ""
        here = self._caller.desk
        stop = self._courier.next_stop(here, receipt.route_to or "", receipt.reason or "", at_us)
        if stop is None:
            return f"NO WAY leads from {here} to {receipt.route_to}: keep it aside."
        if self._way.sort:
            self._without_tote = receipt.item or ""
            return f"SCAN AN EMPTY TOTE for {stop.destination}: none is open for it."
        return f"NOT INTO TOTE {self._tote}: it needs one to {stop.destination} ({stop.purpose})."

    def _undo(self) -> None:
        last = self._tally.last()
        if last is None or last.receipt.item is None:
            raise Refused("undo.nothing:desk")
        receipt = self._desk.undo(self._caller, last.receipt.item, request=new_request())
        self._tally.take_back()
        self._last_beep = ("", float("-inf"))
        self._without_tote = ""
        self._show(Answer("done", "UNDONE", (receipt.sentence,), last.code))

    # --- totes --------------------------------------------------------------------------------------------------------

    def _pack_into(self, tote: str) -> None:
        if self._desk.ledger.load(item_stream(tote), ITEM).state is not None:
            raise Invalid("tote.is-item", tote=tote)
        if self._desk.borrowers.is_card(tote):
            raise Invalid("tote.is-card")
        self._tote = tote
        self._show(Answer("done", tote, ("What travels is packed into it, where it is its tote.",)))

    def _tote_scanned(self, tote: str) -> None:
        """A registered tote lies on the desk: it just came, or it is to be packed."""
        here = self._caller.desk
        numbered = self._desk.ledger.load(tote_stream(tote), TOTE).state
        current = (
            None
            if numbered is None or not numbered.fillings
            else self._desk.totes.filling(f"{tote}/{numbered.fillings}")
        )
        if current is None or current.status == "ended" or (current.status == "open" and current.place == here):
            self._pack_into(tote)
        elif current.status in ("loaded", "unloaded") or current.place != here:
            receipt = self._desk.totes.receive(self._caller, tote, request=new_request())
            self._show(Answer("done", tote, (receipt.sentence,)))
        else:
            raise Refused(
                "scan.tote:sealed" if current.status == "sealed" else "scan.tote:open",
                filling=current.filling,
                destination=current.destination,
                status=current.status,
            )

    def _is_new_to_us(self, code: str) -> bool:
        """Whether a code is neither an item nor a card, so that it can be a tote."""
        barcode = parse_barcode(code)
        return self._desk.ledger.load(item_stream(barcode), ITEM).state is None and not self._desk.borrowers.is_card(
            barcode
        )

    def _begin_tote(self, tote: str) -> None:
        """The empty tote that the item scanned before is waiting for."""
        item = self._without_tote
        receipt = self._scan(item, parse_barcode(tote))
        if receipt.filling is None:
            raise Refused("tote.not-empty", tote=tote)
        self._without_tote = ""
        self._shown(item, receipt)

    def _seal(self, code: str) -> None:
        tote = parse_barcode(code) if code else self._tote
        if tote is None:
            raise Invalid("tote.missing")
        receipt = self._desk.totes.seal(self._caller, tote, request=new_request())
        if tote == self._tote:
            self._tote = None
        self._show(Answer("done", "SEALED", (receipt.sentence,)))

    # --- the screen ---------------------------------------------------------------------------------------------------

    def _show(self, answer: Answer) -> None:
        told = replace(answer, sentences=tuple(self._opened(sentence) for sentence in answer.sentences))
        self._screen.show(told, self._tally, modes=self._modes())

    def _modes(self) -> tuple[str, ...]:
        """What is different from an ordinary desk, always in sight."""
        return (
            *(("SORTING",) if self._way.sort else ()),
            *(("BOOK DROP",) if self._way.drop else ()),
            *((f"AS OF {iso(self._occurred_us)}",) if self._occurred_us is not None else ()),
            *((f"tote {self._tote}",) if self._tote else ()),
            *(("slips",) if self._slips is not None else ()),
        )
