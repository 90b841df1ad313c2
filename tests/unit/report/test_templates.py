from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.report import view_of
from nfw_reconcile.report.html import render_html
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.templates import FIRST_PAGE, FIRST_TEMPLATE, PACKAGE, template_folder
from tests.unit.report.scenes import no_flows

CHECKOUT = Path(__file__).parents[3]


def _wheel(root: Path) -> Path:
    """Lay a package out as a wheel does: the templates inside."""
    package = root / "site-packages" / "nfw_reconcile"
    shutil.copytree(CHECKOUT / "templates", package / "templates")
    return package


def test_a_wheel_has_them_inside_the_package(tmp_path: Path) -> None:
    package = _wheel(tmp_path)
    assert template_folder(package=package) == package / "templates"
    rendered = render_markdown(view_of(no_flows()), templates=template_folder(package=package))
    assert rendered == render_markdown(view_of(no_flows()))
    page = render_html(view_of(no_flows()), templates=template_folder(package=package))
    assert page == render_html(view_of(no_flows()))


def test_a_wheel_is_not_misled_by_a_folder_beside_the_package(tmp_path: Path) -> None:
    package = _wheel(tmp_path)
    shutil.copytree(CHECKOUT / "templates", package.parent / "templates")
    assert template_folder(package=package) == package / "templates"


def test_a_checkout_has_them_beside_the_package() -> None:
    assert PACKAGE == CHECKOUT / "nfw_reconcile"
    assert template_folder() == CHECKOUT / "templates"


def test_the_wheel_is_told_to_take_them_in() -> None:
    build = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"templates" = "nfw_reconcile/templates"' in build


def test_a_folder_of_ones_own_comes_first(tmp_path: Path) -> None:
    (tmp_path / FIRST_TEMPLATE).write_text("{{ view.headline | md }}!\n", encoding="utf-8")
    assert template_folder(tmp_path) == tmp_path
    assert render_markdown(view_of(no_flows()), templates=tmp_path).endswith(
        "no live flows were looked at.!\n"
    )


@pytest.mark.parametrize("explicit", [True, False])
def test_a_folder_without_templates_is_named(tmp_path: Path, *, explicit: bool) -> None:
    with pytest.raises(InputError, match=FIRST_TEMPLATE) as raised:
        template_folder(tmp_path if explicit else None, package=tmp_path / "nfw_reconcile")
    assert str(tmp_path) in str(raised.value)


def test_a_folder_that_cannot_make_a_page_is_named(tmp_path: Path) -> None:
    (tmp_path / FIRST_TEMPLATE).write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=FIRST_PAGE) as raised:
        render_html(view_of(no_flows()), templates=tmp_path)
    assert str(tmp_path) in str(raised.value)
