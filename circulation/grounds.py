"""
The rules that a scan was decided by, each as one sentence.

A fact carries its grounds as codes with what they were about (`float.full bath 12/12`); the words are here, so that
old grounds can be told in any language. The deciding one stands last.
"""

from __future__ import annotations

__all__ = ["SENTENCES", "sentence_of_ground"]

SENTENCES = {
    "late": "The scan is older than what is known of the copy, and moves nothing.",
    "absence.ends": "It was {what}, and has been found.",
    "loan.closed": "It was on loan ({what}), and has come back.",
    "transit.ends": "Its journey {what} ends here.",
    "transit.goes-on": "It is on its way ({what}), and the same journey goes on.",
    "transit.hold-ended": "Its journey {what} was for a hold that it does not serve any more.",
    "hold.ended": "Hold {what}, for which it was set aside, has ended or has another copy.",
    "hold.none": "Nobody waits for it, or no hold that waits may have this copy.",
    "hold.first": "Hold {what} is the first that may have it.",
    "hold.order": "Holds are filled in the order {what}.",
    "hold.ahead": "By that order a hold goes ahead of another: {what}.",
    "hold.expired": "Nobody came in time for hold {what}, for which it waited on the hold shelf.",
    "hold.on-shelf": "It waits here for hold {what} already.",
    "hold.set-aside": "It is set aside for hold {what}.",
    "hold.walked": "It is to be picked up at {what}, which is a walk away: it waits here.",
    "place.home": "This is its home.",
    "place.walked": "Its home {what} is a walk away: it stays as if it were there.",
    "place.belongs": "It does not float; its home is {what}.",
    "place.floats": "It floats here ({what}) and there is room for it.",
    "place.held-back": "The transfer limit {what} keeps it here.",
    "hold.barred": "Holds that may not have this copy, and the rule that says so: {what}.",
    "float.outside": "It floats, but not here ({what}): it goes home.",
    "float.homing": "It has been away from home for {what} days or more: it goes home.",
    "float.full": "Enough copies of its type from elsewhere are kept or awaited here ({what}).",
    "float.duplicates": "Enough copies of its title stand here ({what}).",
    "float.goes-on": "It goes on to the branch that is least full ({what}).",
    "float.no-room": "There is no room for it any more where it was going ({what}).",
    "move.sent": "Somebody wants it elsewhere (move {what}).",
    "move.stays": "Somebody wants it here (move and day: {what}).",
    "move.arrived": "It has arrived where it was wanted (move {what}).",
    "move.over": "The time for which it was wanted there is over (move {what}).",
    "move.cancelled": "The move {what} that sent it on its way was cancelled.",
    "place.unfit": "It is not in order and is sent where such copies go ({what}).",
    "place.unfit-home": "It is {what}, and is where such copies go.",
    "hold.unfit": "It is {what}: it fills no hold.",
}
"""By code; `{what}` is what the ground was about."""


def sentence_of_ground(ground: str) -> str:
    """One ground as a sentence; its code and what it was about where nobody has written one."""
    code, _, what = ground.partition(" ")
    return SENTENCES.get(code, ground).replace("{what}", what).replace(" ()", "")
