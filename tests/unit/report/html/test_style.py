from __future__ import annotations

import base64
import hashlib
import re

import pytest

from nfw_reconcile.report import Format, render
from nfw_reconcile.report.html.style import SHEETS, Style, read_style
from nfw_reconcile.report.templates import template_folder
from tests.unit.report.html.reading import read
from tests.unit.report.scenes import no_flows

STYLE = read_style(template_folder() / "html")


def test_the_policy_lets_this_one_sheet_act_and_nothing_else() -> None:
    page = read(render(no_flows(), Format.HTML))
    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    (policy,) = (
        node.attributes["content"]
        for node in page.all("meta")
        if node.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_a_sheet_that_would_end_its_element_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        Style("a { } </style><script>")


def test_the_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|expression\(|https?:", STYLE.sheet)


def _colors(of: str) -> dict[str, tuple[int, int, int]]:
    return {
        name: (int(value[:2], 16), int(value[2:4], 16), int(value[4:], 16))
        for name, value in re.findall(r"--([\w-]+): #([0-9a-f]{6});", of)
    }


LIGHT, DARK, PRINT = (
    _colors(part)
    for part in re.findall(r":root \{\n(\s+color-scheme.*?|\s+--paper.*?)\}", STYLE.sheet, re.DOTALL)
)


def _luminance(color: tuple[int, int, int]) -> float:
    """Give the relative luminance (WCAG 2.2, definition of that term)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXTS = [
    *((ink, ground) for ink in ("ink", "soft", "link", "bad", "caution", "good") for ground in ("paper", "ground")),
    *(("ink", ground) for ground in ("bad-ground", "caution-ground", "good-ground", "gone", "come")),
    ("soft", "bad-ground"), ("soft", "good-ground"), ("bad", "bad-ground"), ("good", "good-ground"),
    ("ink", "heat-1"), ("ink", "heat-2"), ("ink", "heat-3"), ("heat-dark-ink", "heat-4"), ("heat-dark-ink", "heat-5"),
]  # fmt: skip
SHAPES = [(shape, "paper") for shape in ("bar", "bad", "caution", "good", "strong-line", "link")]


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_and_shapes_stand_out(colors: dict[str, tuple[int, int, int]]) -> None:
    """WCAG 2.2, success criteria 1.4.3 (4.5 to 1 for text) and 1.4.11 (3 to 1 for shapes)."""
    poor = {pair for pair in TEXTS if _contrast(colors[pair[0]], colors[pair[1]]) < 4.5}
    poor |= {pair for pair in SHAPES if _contrast(colors[pair[0]], colors[pair[1]]) < 3}
    assert not poor


def test_paper_is_white_whatever_the_screen_is() -> None:
    assert PRINT["paper"] == (255, 255, 255)
    assert set(PRINT) == set(LIGHT) == set(DARK)


def test_every_sheet_is_in_the_page() -> None:
    found = {path.stem for path in (template_folder() / "html" / "style").iterdir()}
    assert found == set(SHEETS)
