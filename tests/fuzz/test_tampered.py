"""A plan file is what was reviewed, to the byte: any other is refused with a reason and exit code 1 or 3."""

from __future__ import annotations

import copy
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.errors import ExitCode, NfwReconcileError, StalePlan
from nfw_reconcile.model.codec import canonical, sha256
from nfw_reconcile.pipeline.saved import document_bytes, saved_document
from tests.fuzz.corpus import documents
from tests.fuzz.trials import assert_clear
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DOCUMENTS: Final = documents()
REAL: Final = canonical(DOCUMENTS[0])
FREE: Final = frozenset({"old_policy", "new_policy"})
"""Parts that are kept as they are: what may be in them is for the reader of policies to say."""

EDITS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "flipped": lambda content, at: content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :],
    "dropped": lambda content, at: content[:at] + content[at + 1 :],
    "doubled": lambda content, at: content[: at + 1] + content[at:],
    "replaced by a NUL": lambda content, at: content[:at] + b"\0" + content[at + 1 :],
    "replaced by a digit": lambda content, at: (
        content[:at] + (b"1" if content[at] != 49 else b"2") + content[at + 1 :]
    ),
}


def refused(content: bytes) -> NfwReconcileError:
    with pytest.raises(NfwReconcileError) as found:
        saved_document(content, "nfw.plan")
    assert found.value.exit_code in {ExitCode.ERROR, ExitCode.REFUSED}
    assert_clear(found.value)
    return found.value


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_any_byte(edit: Callable[[bytes, int], bytes], tier: Tier) -> None:
    assert document_bytes(saved_document(REAL, "nfw.plan")) == REAL
    step = 61 if tier is Tier.QUICK else 1
    for at in range(Random().randrange(step), len(REAL), step):  # noqa: S311 - no position is better than another
        refused(edit(REAL, at))


def test_any_length(tier: Tier) -> None:
    step = 97 if tier is Tier.QUICK else 1
    for end in range(0, len(REAL), step):
        refused(REAL[:end])
    refused(REAL + REAL)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """Give the way to every object."""
    if isinstance(tree, dict):
        yield path
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in members:
        yield from places(value, (*path, key))


def at(tree: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - JSON
    for key in path:
        tree = tree[key]
    return tree


def changed(
    number: int, path: tuple[Any, ...], edit: Callable[[dict[str, Any]], object], *, sealed: bool
) -> bytes:
    tree = copy.deepcopy(DOCUMENTS[number])
    edit(at(tree, path))
    if sealed:
        tree["sha256"] = sha256({key: value for key, value in tree.items() if key != "sha256"})
    return canonical(tree)


EVERY: Final = [(number, path) for number, data in enumerate(DOCUMENTS) for path in places(data)]
TYPED: Final = [(number, path) for number, path in EVERY if FREE.isdisjoint(path)]


@pytest.mark.parametrize(
    ("sealed", "objects"), [(False, EVERY), (True, TYPED)], ids=["as it is", "with a digest that fits"]
)
def test_any_field_that_is_gone_or_new(objects: list[tuple[int, tuple[Any, ...]]], *, sealed: bool) -> None:
    assert len(objects) > 50
    for number, path in objects:
        for key in at(DOCUMENTS[number], path):
            if not sealed or (path, key) != ((), "sha256"):
                refused(changed(number, path, lambda found, key=key: found.pop(key), sealed=sealed))  # type: ignore[misc]
        refused(changed(number, path, lambda found: found.update(surprise=None), sealed=sealed))


def test_a_changed_file_is_told_in_one_line_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nfw.plan"
    path.write_bytes(REAL.replace(b'"max_flows":1000', b'"max_flows":9000'))
    for command in (["show", str(path)], ["apply", str(path), "--yes"], ["verify", str(path)]):
        assert run(command) == ExitCode.REFUSED
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "its digest does not fit its content" in said
    assert isinstance(refused(path.read_bytes()), StalePlan)
