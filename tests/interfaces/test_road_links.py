"""A matrix of travel times from another router."""

from __future__ import annotations

from interfaces.imports.road_links import read_road_links
from interfaces.imports.table import Reject
from logistics.roads import Link


def test_links_between_known_places_are_read_and_all_else_is_listed() -> None:
    rows = [
        "bath,wells,31000,2400",
        "bath,bath,0,0",
        "bath,wells,31000,2400",
        "bath,wells,31000,2500",
        "bath,atlantis,1,1",
        "wells,bath,31000.5,2400",
        "wells,bath,-1,2400",
        "wells,wells,5,5",
        "wells,bath,99999999,2400",
        "wells,bath,31000,2450",
    ]
    source = "\n".join(("from,to,metres,seconds", *rows)).encode()
    rejects: list[Reject] = []
    links = read_road_links("matrix.csv", source, places={"bath", "wells"}, rejects=rejects.append)
    assert [Link("bath", "wells", 31_000, 2_400), Link("wells", "bath", 31_000, 2_450)] == links
    whole = "Metres and seconds must be whole numbers below ten million."
    assert [
        Reject("matrix.csv", 5, "The link from bath to wells was given before with other numbers."),
        Reject("matrix.csv", 6, "'atlantis' is not a place in this network."),
        Reject("matrix.csv", 7, whole),
        Reject("matrix.csv", 8, whole),
        Reject("matrix.csv", 9, "It links wells to itself."),
        Reject("matrix.csv", 10, whole),
    ] == rejects
