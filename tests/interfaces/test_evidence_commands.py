"""`audit seal`, `verify`, `prove`, `consistency` and `export`, as an auditor uses them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from base64 import b64decode
from contextlib import closing
from pathlib import Path

import pytest

from circulation.evidence.merkle import leaf_hash, root_of_inclusion
from circulation.evidence.note import Checkpoint, VerifierKey
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, PATRONS
from tests.interfaces.shop import Done, Shop


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """The folder that is kept elsewhere."""
    return tmp_path / "vault"


def change(shop: Shop, statement: str) -> None:
    """Change the log by hand."""
    with closing(sqlite3.connect(shop.path, isolation_level=None)) as log:
        for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            log.execute(f"DROP TRIGGER {name}")
        log.execute(statement)


def run_script(bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a bundle's own script in a Python that knows nothing of Branchline: no path, no site of ours."""
    return subprocess.run(
        [sys.executable, "-I", str(bundle / "verify.py"), *arguments],
        capture_output=True, text=True, check=False, cwd=bundle.parent, env={"PATH": "/nowhere"},
    )  # fmt: skip


def test_sealing_prints_the_checkpoint_and_keeps_it_with_its_key(shop: Shop, vault: Path) -> None:
    done = shop.run("audit", "seal", "--to", str(vault))

    assert done.code == ExitCode.DONE
    assert done.out == (vault / "checkpoint").read_text()
    key = VerifierKey.parse((vault / "seal.pub").read_text())
    assert Checkpoint.open(done.out, key).size == shop.head()
    assert (vault / "seal.key").stat().st_mode & 0o777 == 0o600
    assert not any("PRIVATE" in one.read_text("utf-8", "replace") for one in shop.path.parent.glob("shop.db*"))


def test_sealing_again_seals_only_what_is_new_and_remembers_where(shop: Shop, vault: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    sealed = shop.head()

    assert shop.run("audit", "seal", "--json").json["new"] == 0
    shop.run("--branch", "wells", "scan", BATH_COPY)
    assert shop.head() > sealed
    again = shop.run("audit", "seal", "--json").json
    assert (again["sealed"], again["new"]) == (shop.head(), shop.head() - sealed)
    assert len(list((vault / "checkpoints").iterdir())) == 2


def test_a_log_that_is_as_it_was_sealed_verifies_and_says_what_is_not_yet_sealed(shop: Shop, vault: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    sealed = shop.head()
    shop.run("--branch", "wells", "scan", BATH_COPY)
    later = shop.head() - sealed

    done = shop.run("audit", "verify", "--against", str(vault))
    assert (done.code, done.out) == (
        ExitCode.DONE,
        f"All {sealed} sealed events are as they were sealed; not yet sealed: {later}.\n",
    )
    told = shop.run("audit", "verify", "--json").json
    assert (told["ok"], told["position"], told["reason"], told["unsealed"]) == (True, None, "", later)


@pytest.mark.parametrize(
    ("statement", "position", "reason"),
    [
        ("UPDATE stored_events SET state = replace(state, 'staff', 'stuff') WHERE position = 7", 7, "changed"),
        ("DELETE FROM stored_events WHERE position = 9", 9, "removed"),
        ("DELETE FROM stored_events WHERE position > 11", 12, "removed"),
    ],
)
def test_a_changed_log_exits_3_with_the_position(
    shop: Shop, vault: Path, statement: str, position: int, reason: str
) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    change(
        shop, statement.replace("replace(state, 'staff', 'stuff')", "CAST(replace(state, 'staff', 'stuff') AS BLOB)")
    )

    done = shop.run("audit", "verify", "--against", str(vault / "checkpoint"), "--json")

    assert done.code == ExitCode.LOOK
    assert (done.json["ok"], done.json["position"], done.json["reason"]) == (False, position, reason)
    assert f"Event {position}" in shop.run("audit", "verify").out


def test_a_changed_log_is_not_sealed_over(shop: Shop, vault: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    change(shop, "DELETE FROM stored_events WHERE position > 11")
    before = (vault / "checkpoint").read_text()

    done = shop.run("audit", "seal")

    assert (done.code, "seal.tampered" in done.err) == (ExitCode.FAILED, True)
    assert (vault / "checkpoint").read_text() == before


def test_a_checkpoint_that_somebody_rewrote_is_no_checkpoint(shop: Shop, vault: Path, tmp_path: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    forged = tmp_path / "forged"
    forged.write_text((vault / "checkpoint").read_text().replace(f"\n{shop.head()}\n", f"\n{shop.head() - 1}\n"))

    alone = shop.run("audit", "verify", "--against", str(forged), "--key", str(vault / "seal.pub"))
    assert (alone.code, "seal.unsigned" in alone.err) == (ExitCode.FAILED, True)
    (vault / "checkpoints" / "000000000000001").write_text(forged.read_text())
    in_folder = shop.run("audit", "verify", "--against", str(vault), "--json")
    assert (in_folder.code, in_folder.json["reason"]) == (ExitCode.LOOK, "checkpoint")
    assert "checkpoints/000000000000001" in in_folder.json["details"][0]


def test_a_folder_of_another_store_is_refused(shop: Shop, vault: Path, tmp_path: Path) -> None:
    other = ["--store", str(tmp_path / "other.db")]
    assert shop.run(*other, "events", "list").code == ExitCode.DONE
    shop.run("audit", "seal", "--to", str(vault))

    for command in (("seal", "--to"), ("verify", "--against")):
        done = shop.run(*other, "audit", *command, str(vault))
        assert (done.code, "seal.other-store" in done.err) == (ExitCode.FAILED, True)


def test_without_any_seal_the_commands_say_what_to_do(shop: Shop) -> None:
    for command in (("seal",), ("verify",), ("prove", "1"), ("consistency", "1", "2")):
        done = shop.run("audit", *command)
        assert (done.code, "seal.no-folder" in done.err) == (ExitCode.FAILED, True)


def test_a_proof_of_one_event_leads_from_its_bytes_to_the_signed_root(shop: Shop, vault: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))

    told = shop.run("audit", "prove", "5", "--json").json
    assert leaf_hash(bytes.fromhex(told["leaf"])).hex() == told["leaf_hash"]
    path = [bytes.fromhex(one) for one in told["path"]]
    assert root_of_inclusion(bytes.fromhex(told["leaf_hash"]), 4, told["size"], path) == bytes.fromhex(told["root"])
    proof, _, checkpoint = shop.run("audit", "prove", "5").out.partition("\n\n")
    form, extra, index, *hashes = proof.split("\n")
    assert (form, index) == ("c2sp.org/tlog-proof@v1", "index 4")
    assert b64decode(extra.removeprefix("extra ")).hex() == told["leaf"]
    assert [b64decode(one).hex() for one in hashes] == told["path"]
    assert checkpoint == (vault / "checkpoint").read_text()


def test_what_is_not_sealed_or_was_changed_cannot_be_proven(shop: Shop, vault: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    change(shop, "UPDATE stored_events SET recorded_us = recorded_us + 1 WHERE position = 5")

    assert "seal.not-sealed" in shop.run("audit", "prove", str(shop.head() + 1)).err
    assert "seal.unprovable" in shop.run("audit", "prove", "5").err
    assert shop.run("audit", "prove", "6").code == ExitCode.DONE


def test_one_checkpoint_continues_another(shop: Shop, vault: Path, tmp_path: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    sealed = shop.head()
    kept = tmp_path / "kept"
    kept.write_text((vault / "checkpoint").read_text())
    shop.run("--branch", "wells", "scan", BATH_COPY)
    shop.run("audit", "seal")

    done = shop.run("audit", "consistency", str(kept), str(shop.head()), "--json")
    assert (done.code, done.json["ok"], done.json["old_size"]) == (ExitCode.DONE, True, sealed)
    assert done.json["path"]
    back = shop.run("audit", "consistency", str(shop.head()), str(sealed), "--json")
    assert (back.code, back.json["ok"]) == (ExitCode.LOOK, False)
    assert "seal.no-checkpoint" in shop.run("audit", "consistency", "1", str(sealed)).err


@pytest.fixture
def bundle(shop: Shop, vault: Path, tmp_path: Path) -> Path:
    """The life of one item, exported; an earlier checkpoint lies at `kept`."""
    shop.run("audit", "seal", "--to", str(vault))
    (tmp_path / "kept").write_text((vault / "checkpoint").read_text())
    shop.run("--branch", "wells", "scan", BATH_COPY)
    shop.run("audit", "seal")
    folder = tmp_path / "bundle"
    done = exported(shop, folder, "--stream", f"item/{BATH_COPY}", "--since", str(tmp_path / "kept"))
    assert done.json["events"] > 1
    return folder


def exported(shop: Shop, folder: Path, *arguments: str) -> Done:
    """Export a bundle."""
    done = shop.run("audit", "export", str(folder), *arguments, "--json")
    assert done.code == ExitCode.DONE, done.err
    return done


def test_a_bundle_verifies_without_branchline(shop: Shop, vault: Path, bundle: Path, tmp_path: Path) -> None:
    key = (vault / "seal.pub").read_text().strip()

    ran = run_script(bundle, "--key", key, "--since", str(tmp_path / "kept"))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "are as they were sealed" in ran.stdout
    assert key in ran.stdout
    assert "Nothing under your checkpoint" in ran.stdout
    lines = (bundle / "events.ndjson").read_text().splitlines()
    assert {json.loads(line)["stream"] for line in lines} == {f"item/{BATH_COPY}"}
    assert "circulation" not in (bundle / "verify.py").read_text()


@pytest.mark.parametrize("which", ["--from=1", "--from=3 --upto=9", "--upto=1"])
def test_any_run_of_events_can_be_exported(shop: Shop, vault: Path, tmp_path: Path, which: str) -> None:
    shop.run("audit", "seal", "--to", str(vault))
    exported(shop, tmp_path / "run", *which.split())

    assert run_script(tmp_path / "run").returncode == 0


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("events.ndjson", '"version": 1,', '"version": 2,'),
        ("events.ndjson", "staff", "stuff"),
        ("checkpoint", "branchline/", "branchlime/"),
        ("seal.pub", "branchline/", "branchlime/"),
        ("proof.json", '", "since"', '0", "since"'),
    ],
)
def test_a_bundle_with_anything_changed_does_not_verify(bundle: Path, file: str, before: str, after: str) -> None:
    text = (bundle / file).read_text()
    changed = text.replace(before, after, 1) if before in text else text.replace("a", "b", 1)
    assert changed != text
    (bundle / file).write_text(changed)

    ran = run_script(bundle)
    assert (ran.returncode, ran.stdout.startswith("NOT VERIFIED"), ran.stderr) == (3, True, "")


def test_a_bundle_with_a_line_too_few_or_too_many_does_not_verify(bundle: Path) -> None:
    events = bundle / "events.ndjson"
    lines = events.read_text().splitlines(keepends=True)

    for wrong in (lines[1:], lines[:-1], [*lines, lines[-1]], lines[::-1]):
        events.write_text("".join(wrong))
        assert run_script(bundle).returncode == 3


def test_a_bundle_of_another_key_or_history_does_not_verify(shop: Shop, bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shop.run("audit", "seal", "--to", str(other))
    (bundle / "mine").write_text((other / "checkpoint").read_text())

    assert run_script(bundle, "--key", str(other / "seal.pub")).returncode == 3
    assert run_script(bundle, "--since", str(bundle / "mine")).returncode == 3


def test_what_cannot_be_exported_is_refused(shop: Shop, vault: Path, tmp_path: Path) -> None:
    shop.run("audit", "seal", "--to", str(vault))

    for arguments, code in (
        (("--stream", "item/none"), "bundle.empty"),
        (("--upto", "99999"), "seal.not-sealed"),
    ):
        assert code in shop.run("audit", "export", str(tmp_path / "new"), *arguments).err
    assert "bundle.exists" in shop.run("audit", "export", str(tmp_path)).err
    assert not (tmp_path / "new").exists()


def test_destroyed_keys_change_no_proof(shop: Shop, vault: Path, tmp_path: Path) -> None:
    ada = PATRONS["ada"][0]
    shop.run("loan", "out", ada, BATH_COPY, "--branch", "bath")
    shop.run("audit", "seal", "--to", str(vault))
    exported(shop, tmp_path / "bundle", "--stream", f"item/{BATH_COPY}")
    sealed = shop.head()
    shop.run("--branch", "wells", "scan", BATH_COPY)

    assert shop.run("privacy", "forget", ada).code == ExitCode.DONE

    assert shop.run("audit", "prove", str(sealed)).code == ExitCode.DONE
    told = shop.run("audit", "verify", "--against", str(vault), "--json").json
    assert (told["ok"], told["sealed"], told["unsealed"]) == (True, sealed, shop.head() - sealed)
    assert run_script(tmp_path / "bundle").returncode == 0
    assert shop.run("audit", "seal", "--json").json["sealed"] == shop.head()


def test_seals_go_on_at_the_interval_that_was_set(shop: Shop, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            raise KeyboardInterrupt
        with shop.world() as world:
            world.scan(BATH_COPY, ("bath", "wells")[len(waited) % 2])

    monkeypatch.setattr("interfaces.evidence_commands.time.sleep", wait)
    with contextlib.suppress(KeyboardInterrupt):
        assert shop.run("audit", "seal", "--to", str(vault), "--every", "15").code == ExitCode.INTERRUPTED

    assert waited == [900, 900, 900]
    assert len(list((vault / "checkpoints").iterdir())) == 3
    assert shop.run("audit", "verify", "--json").json["unsealed"] == 0
