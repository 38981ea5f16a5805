"""`modbot keys`: new keys, and a rotation that still opens the old."""

import base64
from pathlib import Path

from modbot import seal
from tests.cli.running import typed


def test_a_new_key_is_what_the_setting_takes() -> None:
    done = typed("keys", "new")
    assert len(base64.b64decode(done.out.strip(), validate=True)) == 32


def test_after_a_rotation_what_was_sealed_before_still_opens(tmp_path: Path) -> None:
    sealed = seal.load(None, tmp_path).seal(b"kept", context=b"here")
    done = typed("keys", "rotate", env={"MODBOT_DATA_DIR": str(tmp_path)})
    assert done.code == 0
    assert (tmp_path / "keys").read_text().count("\n") == 2
    assert seal.load(None, tmp_path).open(sealed, context=b"here") == b"kept"


def test_a_rotation_prints_no_key(tmp_path: Path) -> None:
    done = typed("keys", "rotate", env={"MODBOT_DATA_DIR": str(tmp_path)})
    assert not [key for key in (tmp_path / "keys").read_text().split() if key in done.out + done.err]


def test_keys_in_the_setting_are_not_rotated_behind_its_back(tmp_path: Path) -> None:
    env = {"MODBOT_DATA_DIR": str(tmp_path), "MODBOT_ENCRYPTION_KEYS": seal.new_key()}
    done = typed("keys", "rotate", env=env)
    assert done.code == 2
    assert "modbot keys new" in done.err
    assert not list(tmp_path.iterdir())
