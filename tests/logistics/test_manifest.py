"""What a driver carries."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from circulation.branch import DeliveryTerms
from circulation.errors import Unknown
from logistics.manifest import manifest_page, manifest_text
from logistics.plan import PlanDrafted
from tests.logistics.drafted_day import BATH_AND_CLEVEDON, BELL, HOSTILE, at, drafted, long_day, named_branches, stop


class Page(HTMLParser):
    """The tags of a page with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str, css_class: str | None = None) -> int:
        return sum(name == tag and css_class in {None, attributes.get("class")} for name, attributes in self.tags)


def bars(page: str) -> list[str]:
    return re.findall(r'<path d="([^"]*)"', page)


def test_the_page_names_van_hub_day_wave_revision_times_break_and_distance() -> None:
    texts = Page(manifest_page(drafted(), "BRS-1", named_branches())).texts

    for shown in ("BRS-1", "from Bristol Central (bristol)", "2026-11-24 am", "revision 2"):
        assert shown in texts
    for name, value in {"Leaves": "08:30", "Returns": "12:05", "Break": "10:30", "Distance": "74.4 km"}.items():
        assert value == texts[texts.index(name) + 1]


def test_a_stop_has_number_time_name_code_door_totes_box_and_room_to_sign() -> None:
    page = Page(manifest_page(drafted(), "BRS-1", named_branches()))

    first = page.texts.index("1")
    assert ["1", "09:12", "to 09:22", "Bath Central", " (bath)", BELL, "3", "4"] == page.texts[first : first + 8]
    assert (2, 2) == (page.of("span", "box"), page.of("td", "sign"))
    assert 1 == page.of("p", "door")


def test_the_page_holds_only_the_stops_of_its_van() -> None:
    page = manifest_page(drafted(), "TAU-1", named_branches())

    assert "Yeovil" in page
    assert "Bath" not in page


def test_the_break_stands_between_the_stops_where_it_falls() -> None:
    page = manifest_page(drafted(), "BRS-1", named_branches())

    assert page.index("Bath Central") < page.index("10:30 Break") < page.index("Clevedon")


def test_a_break_after_the_last_stop_is_not_lost() -> None:
    page = manifest_page(drafted(replace(BATH_AND_CLEVEDON, break_at=at(11, 30))), "BRS-1", named_branches())

    assert page.index("Clevedon") < page.index("11:30 Break")


def test_a_van_without_a_break_says_so() -> None:
    text = manifest_text(drafted(), "TAU-1", named_branches())

    assert "break none" in text
    assert "Break" not in text


def test_totes_off_are_text_and_bars_of_the_label_on_the_box() -> None:
    page = manifest_page(drafted(), "BRS-1", named_branches())

    assert ["T1001/17", "T1002/3", "T1003/8", "T1004/2"] == re.findall(r"</svg>([^<]+)</li>", page)
    assert 4 == len(bars(page))


def test_bars_are_code_128() -> None:
    page = manifest_page(one_tote("12345678/1"), "BRS-1", named_branches())

    # Start C, 12, 34, 56, 78, check symbol, stop: from the table of ISO/IEC 15417.
    # The check symbol is (105 + 1·12 + 2·34 + 3·56 + 4·78) mod 103 = 47.
    widths = ["211232", "112232", "131123", "331121", "241112", "133121", "2331112"]
    assert "".join(widths) == drawn_widths(bars(page)[0])


def one_tote(filling: str) -> PlanDrafted:
    call = stop("bath", at(9), off=1, fillings=(filling,))
    return drafted(replace(BATH_AND_CLEVEDON, stops=(call,)))


def drawn_widths(path: str) -> str:
    """Widths of bars and gaps in turn, read back from the drawing."""
    rectangles = [(int(x), int(width)) for x, width in re.findall(r"M(\d+) 0h(\d+)v1h-\d+z", path)]
    widths = []
    end = None
    for x, width in rectangles:
        widths += [width] if end is None else [x - end, width]
        end = x + width
    return "".join(map(str, widths))


def test_a_code_that_code_128_cannot_hold_is_text_only() -> None:
    page = manifest_page(one_tote("Ⅻ-Š/1"), "BRS-1", named_branches())

    assert "<li>Ⅻ-Š/1</li>" in page
    assert [] == bars(page)


@pytest.mark.parametrize("hostile", [HOSTILE, "\"'><svg onload=alert(1)>", "<!--", "</title><style>"])
def test_no_name_note_or_code_can_become_markup(hostile: str) -> None:
    branches = named_branches(bath=hostile, bristol=hostile)
    branches["bath"] = replace(branches["bath"], terms=DeliveryTerms(door=hostile))
    call = stop("bath", at(9), off=1, fillings=(f"{hostile}/1",))
    plan = drafted(replace(BATH_AND_CLEVEDON, van=hostile, stops=(call,)))
    tame = drafted(replace(BATH_AND_CLEVEDON, stops=(replace(call, fillings_off=("T1/1",)),)))

    page = Page(manifest_page(plan, hostile, branches))

    assert [
        tag for tag, _ in Page(manifest_page(tame, "BRS-1", named_branches())).tags if tag not in {"svg", "path"}
    ] == [tag for tag, _ in page.tags if tag not in {"svg", "path"}]
    assert hostile in page.texts


def test_the_page_loads_nothing() -> None:
    page = manifest_page(drafted(), "BRS-1", named_branches())

    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in Page(page).tags}
    assert "http:" not in page
    assert "https:" not in page


def test_a_long_route_repeats_its_headings_and_keeps_stops_whole() -> None:
    plan, branches = long_day(30)

    page = manifest_page(plan, "BRS-9", branches)

    assert 30 == Page(page).of("tbody", "stop")
    assert 1 == Page(page).of("thead")
    for rule in ("size: A4", "thead { display: table-header-group; }", "tbody { break-inside: avoid;"):
        assert rule in page


def test_text_for_a_terminal() -> None:
    assert """\
BRS-1  from Bristol Central (bristol)
2026-11-24 am, revision 2
leaves 08:30, returns 12:05, break 10:30, stops 2, distance 74.4 km, totes at start 5

  1  09:12-09:22  [ ]  off   3  on   4  Bath Central (bath)
                      door: Ring twice; key box 14 by the bins
                      totes off: T1001/17, T1002/3, T1003/8
     10:30 Break
  2  11:02-11:12  [ ]  off   2  on   1  Clevedon (clevedon)
                      totes off: T1004/2
""" == manifest_text(drafted(), "BRS-1", named_branches())


def test_a_name_cannot_steer_the_terminal() -> None:
    text = manifest_text(drafted(), "BRS-1", named_branches(bath="Bath\x1b[2J\r\nover"))

    assert "Bath\ufffd[2J\ufffd\ufffdover (bath)" in text


def test_a_van_without_a_route_has_no_page() -> None:
    with pytest.raises(Unknown) as refusal:
        manifest_page(drafted(), "BRS-7", named_branches())

    assert "plan.van-without-route" == refusal.value.code
