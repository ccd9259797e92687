"""Eight desks race on one SQLite file for a few seconds; the ten thousand commands are in `make bench`."""

from bench.races import race


def test_no_race_between_processes_breaks_a_rule() -> None:
    broken, answers, _ = race(480)
    assert broken == []
    # The limits and the one hot copy were fought for, or this showed nothing.
    assert min(answers["lent"], answers["loan.on-loan"], answers["hold.placed"], answers["send.hold"]) > 0
