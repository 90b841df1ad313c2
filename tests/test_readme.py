"""The documentation is held to the program: what it names exists, what it quotes is said, what it shows can be read."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import click
import jsonschema
import pytest
import yaml

from nfw_reconcile.cli import cli
from nfw_reconcile.config.read import read_settings
from nfw_reconcile.config.settings import ANY_FIREWALL, LimitSettings, Redact, Settings
from nfw_reconcile.errors import ExitCode
from nfw_reconcile.pipeline.document import limits_of
from nfw_reconcile.report import Format
from tests import pictures
from tests.pages import (
    DOCS,
    README,
    about_the_program,
    all_pages,
    anchors,
    code_spans,
    command_lines,
    fences,
    links,
    rows,
)
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIGURATION: Final = DOCS / "configuration.md"
TROUBLESHOOTING: Final = DOCS / "troubleshooting.md"
PAGES: Final = about_the_program()
ALL_PAGES: Final = all_pages()

CODE: Final = re.compile(r"`([a-z_]+)`")
OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
FOREIGN: Final = frozenset({"--beyond-quick", "--by-api", "--pdb"})
"""Options of other programs that pages name."""

OTHER_PROGRAMS: Final = ("nfw-reconcile ", "aws ", "pip ", "terraform ")
SHORTEST_MESSAGE: Final = 4
"""Words; what is shorter may be a value as well."""

PNG: Final = b"\x89PNG\r\n\x1a\n"
LEAST_IMAGE_BYTES: Final = 10_000
MOST_IMAGE_BYTES: Final = 250_000


def named(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


# --- links ----------------------------------------------------------------------------------------------


def test_there_are_pages() -> None:
    assert len(ALL_PAGES) > len(PAGES) > 8


@pytest.mark.parametrize("page", ALL_PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        leads = target.exists() and target.is_relative_to(CHECKOUT)
        if not leads or (parts.fragment and parts.fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_headings_have_the_anchors_that_code_hosts_give_them() -> None:
    assert {"sixty-seconds", "exit-codes"} <= anchors(README)
    assert {"home_net", "the-plan-says-undecided-or-possibly-denied"} <= anchors(TROUBLESHOOTING)
    assert "no-such-heading" not in anchors(README)


def test_the_readme_leads_to_every_page() -> None:
    linked = {(CHECKOUT / urlsplit(link).path).resolve() for link in links(README)}
    assert {page for page in PAGES if page != README} <= linked


# --- commands and options ---------------------------------------------------------------------------------


@cache
def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None, f"there is no command {name}"
    return found


def commands() -> list[str]:
    return cli.list_commands(click.Context(cli))


def options_of(found: click.Command) -> set[str]:
    own = {word for parameter in found.params for word in parameter.opts}
    return {*own, "--help"}


def all_options() -> set[str]:
    return options_of(cli).union(*(options_of(command(name)) for name in commands()))


def test_the_readme_lists_the_commands_as_the_program_does() -> None:
    assert [row[0].strip("`") for row in rows(README, "command")] == commands()


def test_the_readme_names_the_formats() -> None:
    paragraph = README.read_text(encoding="utf-8").split("**Reports**", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"`([a-z]+)`", paragraph)) == set(Format)


@pytest.mark.parametrize("page", [README, TROUBLESHOOTING], ids=named)
def test_exit_codes_are_those_of_the_program(page: Path) -> None:
    assert [int(row[0]) for row in rows(page, "code")] == sorted(ExitCode)
    assert sorted(int(word) for word in re.findall(r"\b\d+\b", str(cli.epilog))) == sorted(ExitCode)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_option_that_a_page_names_is_one(page: Path) -> None:
    found = {option for span in code_spans(page) for option in OPTION.findall(span)}
    assert found - all_options() - FOREIGN == set()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_an_option_that_is_named_with_its_command_is_one_of_it(page: Path) -> None:
    for span in code_spans(page):
        first, _, rest = span.removeprefix("nfw-reconcile ").partition(" ")
        if first in commands():
            assert set(OPTION.findall(rest)) <= options_of(command(first)), span


# --- what is shown can be read ------------------------------------------------------------------------------

SHOWN: Final = [
    pytest.param(words, id=f"{named(page)} {number}")
    for page in PAGES
    for number, words in enumerate(each for fence in fences(page) for each in command_lines(fence.text))
]


def test_command_lines_are_found() -> None:
    text = "# nfw-reconcile is it\nnfw-reconcile plan --tf-plan a \\\n  --out b > c && nfw-reconcile apply b # do it\n"
    assert list(command_lines(text)) == [["plan", "--tf-plan", "a", "--out", "b"], ["apply", "b"]]
    assert len(SHOWN) > 20


@pytest.mark.parametrize("words", SHOWN)
def test_every_command_line_that_is_shown_can_be_parsed(words: list[str]) -> None:
    command(words[0]).make_context(words[0], words[1:])


def test_a_command_line_with_a_wrong_option_cannot_be_parsed() -> None:
    with pytest.raises(click.NoSuchOption):
        command("plan").make_context("plan", ["--tf-plan", "a.json", "--no-such-option"])


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_what_is_shown_in_a_language_can_be_read(page: Path) -> None:
    readers: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "toml": tomllib.loads,
        "yaml": yaml.safe_load,
    }
    for fence in fences(page):
        if fence.language in readers:
            assert readers[fence.language](fence.text)


# --- nfw-reconcile.toml -------------------------------------------------------------------------------------


def example() -> str:
    (found,) = [fence.text for fence in fences(CONFIGURATION) if fence.language == "toml"]
    return found


def test_the_configuration_that_is_shown_is_one() -> None:
    schema = CHECKOUT / "nfw_reconcile" / "schemas" / "config.schema.json"
    shown = json.loads(json.dumps(tomllib.loads(example()), default=str))  # a date is text for a schema
    jsonschema.validate(shown, json.loads(schema.read_text(encoding="utf-8")))
    found = read_settings(example().encode(), "nfw-reconcile.toml")
    cidrs = ("10.20.0.0/24", "2001:db8:20::/64")
    assert found.limits == LimitSettings(500, 80.0, cidrs, ("22", "8000:8100"))
    assert found.home_net[ANY_FIREWALL] == ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    assert found.redact == {Redact.IP}


def test_the_configuration_that_is_shown_has_every_key() -> None:
    shown = tomllib.loads(example())
    assert shown.keys() == set(Settings.__dataclass_fields__)
    assert shown["limits"].keys() == set(LimitSettings.__dataclass_fields__)
    assert {row[0].strip("`") for row in rows(CONFIGURATION, "key")} == shown["limits"].keys()
    schema = json.loads((CHECKOUT / "nfw_reconcile" / "schemas" / "config.schema.json").read_text("utf-8"))
    entry = schema["properties"]["ignore"]["items"]["properties"]
    assert {
        key for row in rows(CONFIGURATION, "key of an entry") for key in CODE.findall(row[0])
    } == entry.keys()
    assert {"limits", "home_net", "redact", "names", "ignore"} <= anchors(CONFIGURATION)


def test_the_defaults_of_limits_are_those_of_the_program() -> None:
    told = {row[0].strip("`"): row[2] for row in rows(CONFIGURATION, "key")}
    defaults = limits_of(LimitSettings())
    assert told["max_flows"] == str(defaults.max_flows)
    assert defaults.max_percent is None
    assert told["max_percent"] == "no such limit"


def test_the_commands_that_read_the_configuration_are_named() -> None:
    (sentence,) = re.findall(
        r"^((?:`[a-z-]+`(?:, | and )?)+) read ", CONFIGURATION.read_text("utf-8"), re.MULTILINE
    )
    readers = [name for name in commands() if "--config" in options_of(command(name))]
    assert re.findall(r"`([a-z-]+)`", sentence) == readers


# --- messages -----------------------------------------------------------------------------------------------


@cache
def said_by_the_program() -> str:
    """Give all texts of the program, each on lines of its own, with ``...`` for what is filled in."""
    found: set[str] = set()
    for path in (CHECKOUT / "nfw_reconcile").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.JoinedStr(values=values):
                    found.add("".join(map(_piece, values)))
                case ast.Constant(value=str(text)):
                    found.add(text)
                case _:
                    pass
    return "\n".join(sorted(found))


def _piece(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "..."


def pattern(message: str) -> str:
    """Give what finds a quoted message, whatever is filled in."""
    return ".*".join(re.escape(piece.strip(" .:;,()'")) for piece in message.split("..."))


QUOTED: Final = list(
    dict.fromkeys(
        span
        for span in code_spans(TROUBLESHOOTING)
        if len(span.split()) >= SHORTEST_MESSAGE
        and not OPTION.search(span)
        and not span.startswith(OTHER_PROGRAMS)
    )
)


def test_messages_are_quoted() -> None:
    assert len(QUOTED) > 40
    assert not re.search(pattern("the zone ... is made of cheese"), said_by_the_program())


@pytest.mark.parametrize("message", QUOTED)
def test_every_message_that_is_quoted_is_said(message: str) -> None:
    assert re.search(pattern(message), said_by_the_program())


# --- pictures -----------------------------------------------------------------------------------------------


def size_of(content: bytes) -> tuple[int, int]:
    """Give width and height of a picture, which stand in its first chunk."""
    assert content.startswith(PNG)
    assert LEAST_IMAGE_BYTES < len(content) < MOST_IMAGE_BYTES
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_the_pictures_show_what_the_demo_says(tmp_path: Path) -> None:
    drawn = {path.name: size_of(path.read_bytes()) for path in pictures.IMAGES.glob("*.png")}
    now = {each.name: each for each in pictures.pictures(tmp_path)}
    assert drawn == {name: (pictures.WIDTH, each.height) for name, each in now.items()}
    assert all("41 live flows would be cut on firewall" in each.page for each in now.values())
    assert "<table>" in now["comment.png"].page
    assert "41 live flows would be cut on firewall main" in README.read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.full
def test_the_pictures_can_be_drawn_anew(tmp_path: Path) -> None:
    for path in pictures.draw(tmp_path):
        assert size_of(path.read_bytes()) == size_of((pictures.IMAGES / path.name).read_bytes())
