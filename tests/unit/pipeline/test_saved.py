from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError, NfwReconcileError, StalePlan, UnsupportedInput
from nfw_reconcile.model.codec import canonical, sha256, to_json
from nfw_reconcile.model.inventory import PolicyChange
from nfw_reconcile.pipeline import About, plan_of
from nfw_reconcile.pipeline.inputs import Sides
from nfw_reconcile.pipeline.saved import document_bytes, read_saved, sealed
from tests import builders
from tests.bodies import bundle, firewall, group, policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nfw_reconcile.model.plan_document import PlanDocument


def _plan() -> PlanDocument:
    web = group("web", 'pass tcp any any -> any 443 (msg:"Größe"; sid:1;)')
    prod = firewall("prod", policy("egress", web))
    change = PolicyChange(prod, bundle(web), bundle(group("web", "")))
    return plan_of(Sides((change,), ()), None, About("a test", "2025-06-01T12:00:00Z"))


PLAN: Final = _plan()
BYTES: Final = document_bytes(PLAN)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved") / "nfw.plan"


def read(path: Path, content: bytes) -> object:
    path.write_bytes(content)
    return read_saved(path)


def test_a_plan_is_its_canonical_bytes_and_comes_back_whole(path: Path) -> None:
    assert canonical(json.loads(BYTES)) == BYTES
    assert BYTES.endswith(b"}\n")
    assert "Größe".encode() in BYTES
    assert read(path, BYTES) == PLAN


def test_a_result_comes_back_whole(path: Path) -> None:
    result = sealed(builders.result_document(builders.firewall_result(builders.zone_result())))
    assert read(path, document_bytes(result)) == result


def test_equal_plans_are_equal_bytes() -> None:
    assert document_bytes(_plan()) == BYTES


def test_the_digest_covers_everything_else() -> None:
    other = sealed(dataclasses.replace(PLAN, source="another"))
    assert other.sha256 != PLAN.sha256
    assert sealed(dataclasses.replace(PLAN, sha256="something")).sha256 == PLAN.sha256


@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_any_byte_that_is_changed_is_refused(path: Path, position: int, by: int) -> None:
    changed = bytes([BYTES[position] ^ by])
    with pytest.raises(NfwReconcileError):
        read(path, BYTES[:position] + changed + BYTES[position + 1 :])


@given(st.integers(0, len(BYTES) - 1), st.sampled_from([b"", b" ", b"\n", b"0", b'"', b"\xef\xbb\xbf"]))
def test_any_byte_that_is_put_in_or_taken_out_is_refused(path: Path, position: int, extra: bytes) -> None:
    rest = BYTES[position:] if extra else BYTES[position + 1 :]
    with pytest.raises(NfwReconcileError):
        read(path, BYTES[:position] + extra + rest)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps(json.loads(BYTES), indent=1).encode(), id="pretty"),
        pytest.param(
            json.dumps(json.loads(BYTES), separators=(",", ":"), sort_keys=True).encode() + b"\n", id="ASCII"
        ),
        pytest.param(BYTES.rstrip(), id="no final newline"),
        pytest.param(BYTES + b"\n", id="one newline more"),
        pytest.param(b"\xef\xbb\xbf" + BYTES, id="a byte order mark"),
    ],
)
def test_the_same_json_in_other_bytes_is_refused(path: Path, content: bytes) -> None:
    with pytest.raises(StalePlan, match="changed after it was written"):
        read(path, content)


def edited(edit: Callable[[dict[str, Any]], None], *, reseal: bool) -> bytes:
    data = to_json(PLAN)
    edit(data)
    if reseal:
        data["sha256"] = sha256({key: value for key, value in data.items() if key != "sha256"})
    return canonical(data)


def test_an_edited_limit_is_refused(path: Path) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["limits"]["max_flows"] = 10_000

    with pytest.raises(StalePlan):
        read(path, edited(edit, reseal=False))


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0", "", "one", None, 1, 1.0, [1]])
def test_another_major_version_is_refused_with_the_remedy(path: Path, version: object) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["format_version"] = version

    with pytest.raises(NfwReconcileError) as refused:
        read(path, edited(edit, reseal=True))
    assert refused.value.exit_code in {1, 3}
    if isinstance(version, str):
        assert isinstance(refused.value, UnsupportedInput)
        assert "version of nfw-reconcile that wrote the file" in str(refused.value)


def test_a_member_that_this_version_does_not_know_is_an_error_that_names_it(path: Path) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["surprise"] = True
        del data["source"]

    with pytest.raises(InputError) as refused:
        read(path, edited(edit, reseal=True))
    assert len(refused.value.problems) == 2
    assert "surprise" in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"[]\n",
        b"{}\n",
        b"null\n",
        b'"nfw-reconcile plan"\n',
        b'{"kind":"another"}\n',
        b'{"kind":["nfw-reconcile plan"]}\n',
        b'{"format_version":"1.0","firewalls":[]}\n',
    ],
)
def test_a_file_of_another_kind_is_refused(path: Path, content: bytes) -> None:
    with pytest.raises(UnsupportedInput, match="neither a plan nor a result"):
        read(path, content)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"kind":NaN}'])
def test_what_is_no_json_is_an_error(path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        read(path, content)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing"):
        read_saved(tmp_path / "nothing.plan")


def test_a_plan_that_calls_itself_a_result_is_refused(path: Path) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["kind"] = "nfw-reconcile result"

    with pytest.raises(NfwReconcileError):
        read(path, edited(edit, reseal=True))
