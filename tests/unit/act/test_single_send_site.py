"""Structure that no other test can see: who may send a flush."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[3] / "nfw_reconcile"


def uses(name: str) -> set[str]:
    """Give the modules outside the emulator that name an attribute."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(tree)):
            found.add(path.relative_to(PACKAGE).as_posix())
    return {each for each in found if not each.startswith("emulator/")}


def test_one_module_sends_a_flush() -> None:
    assert uses("start_flush") == {"act/flush.py"}
    assert uses("start_flow_flush") == {"aws/service.py"}


def test_no_module_reaches_the_flush_by_another_name() -> None:
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
        if "emulator" not in path.parts
    }
    quoted = [path for path, text in texts.items() if '"start_flush"' in text or '"start_flow_flush"' in text]
    assert quoted == []
