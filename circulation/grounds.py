"""
The rules that a scan was decided by, each as one sentence.

A fact carries its grounds as codes with what they were about (`float.full bath 12/12`); the words are messages of the
catalogue (`ground.float.full`), so that old grounds can be told in any language. The deciding one stands last.
"""

from __future__ import annotations

from circulation.messages.catalogue import find, told
from circulation.service_words import of_ground, suspended_words

__all__ = ["sentence_of_ground"]


def sentence_of_ground(ground: str) -> str:
    """One ground as a sentence; its code and what it was about where nobody has written one."""
    code, _, what = ground.partition(" ")
    if code == "service.suspended":
        what = suspended_words(of_ground(what)[1])
    if find(f"ground.{code}") is None:
        return ground
    return told(f"ground.{code}", what=what).replace(" ()", "")
