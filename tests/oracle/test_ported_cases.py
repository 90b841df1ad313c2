"""Suricata's own verification suite: every case about verdicts is a row of our tables, or out of scope for a reason."""

from __future__ import annotations

import tarfile
import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tests.conftest import CHECKOUT
from tests.tables import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

PORTED: Final = FOLDER / "ported.toml"
LEFT_OUT: Final = CHECKOUT / "tests" / "cases" / "suricata-verify.toml"


def ported() -> set[str]:
    rows = tomllib.loads(PORTED.read_text(encoding="utf-8"))["policy"]
    return {name for row in rows for name in row["from"]}


def left_out() -> dict[str, str]:
    rows = tomllib.loads(LEFT_OUT.read_text(encoding="utf-8"))["case"]
    return {row["name"]: row["reason"] for row in rows}


def test_no_case_is_both_ported_and_left_out() -> None:
    assert ported().isdisjoint(left_out())
    assert all(left_out().values())


def test_every_case_about_verdicts_is_accounted_for(shared_data: Path) -> None:
    with tarfile.open(shared_data / "suricata-verify" / "cases.tar.xz") as archive:
        files = map(PurePosixPath, archive.getnames())
        cases = {file.parent.name for file in files if file.name == "test.yaml"}
    assert cases == ported() | left_out().keys()
