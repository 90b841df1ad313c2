from __future__ import annotations

from pathlib import Path

import pytest

from nfw_reconcile.errors import UsageError
from nfw_reconcile.pipeline.source import (
    FileSource,
    FolderSource,
    GitSource,
    LiveSource,
    Source,
    Variables,
    parse_source,
    parse_variables,
)

ARN = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/main"

SOURCES: dict[str, tuple[Source, str]] = {
    "plan.json": (FileSource(Path("plan.json")), "plan.json"),
    "a/none.json": (FileSource(Path("a/none.json")), "none.json"),
    "infra": (FolderSource(Path("infra")), "infra"),
    "infra/": (FolderSource(Path("infra")), "infra"),
    ".": (FolderSource(Path()), "."),
    "./git:x": (FolderSource(Path("git:x")), "git:x"),
    "git:main": (GitSource("main"), "git:main"),
    "git:origin/main:infra": (GitSource("origin/main", "infra"), "git:origin/main:infra"),
    "git:HEAD~1:./infra//net/": (GitSource("HEAD~1", "infra/net"), "git:HEAD~1:infra/net"),
    "git:v1:infra/../other": (GitSource("v1", "other"), "git:v1:other"),
    "git:v1:a:b": (GitSource("v1", "a:b"), "git:v1:a:b"),
    "git:main:": (GitSource("main"), "git:main"),
    "git:main@{yesterday}": (GitSource("main@{yesterday}"), "git:main@{yesterday}"),
    f"live:{ARN}": (LiveSource(ARN), "live firewall main"),
}


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "git:x").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("text", "expected"), SOURCES.items())
def test_each_word_names_one_kind_of_source(text: str, expected: tuple[Source, str]) -> None:
    found = parse_source(text)
    assert (found, str(found)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("git:", "'' is not a revision"),
        ("git::infra", "'' is not a revision"),
        ("git:--upload-pack=x", "is not a revision"),
        ("git:main..other", "is not a revision"),
        ("git:main:/etc", "/etc is no path in the repository"),
        ("git:main:../other", "relative to the root of the repository"),
        ("live:", "is not the ARN of a firewall"),
        ("live:main", "is not the ARN of a firewall"),
        (f"live:{ARN.replace(':firewall/', ':firewall-policy/')}", "is not the ARN of a firewall"),
    ],
)
def test_what_cannot_be_a_source_is_a_usage_error(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_source(text)


def test_variables_keep_their_order_and_their_equals_signs() -> None:
    found = parse_variables(["a=1", "b-c=x=y", Path("x=y.tfvars"), "c=", "a=2"])
    assert found == Variables((("a", "1"), ("b-c", "x=y"), Path("x=y.tfvars"), ("c", ""), ("a", "2")))
    assert found.values == (("a", "1"), ("b-c", "x=y"), ("c", ""), ("a", "2"))
    assert found.files == (Path("x=y.tfvars"),)
    assert found
    assert not parse_variables([])


def test_all_that_are_no_variables_are_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        parse_variables(["a=1", "b", "=x", "1a=x", "a b=x"])
    assert [str(each) for each in refused.value.problems] == [
        f"--var {text}: this is not NAME=VALUE. Write --var NAME=VALUE."
        for text in ("b", "=x", "1a=x", "a b=x")
    ]
