from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.jsonfile import MOST_LEVELS, parse_json, read_json

if TYPE_CHECKING:
    from pathlib import Path

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES, st.booleans())
def test_every_json_value_is_read_back(value: object, ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    try:
        text = json.dumps(value, ensure_ascii=ascii_only)
        text.encode()
    except UnicodeEncodeError:
        return
    assert parse_json(text, "x.json") == value


REFUSED_TEXTS = {
    "nothing": ("", "x.json: the file is empty"),
    "white space": (" \n\t", "x.json: the file is empty"),
    "cut off in an object": ('{"a": 1,\n "b": [1, 2', "x.json:2:12: the JSON ends too early"),
    "cut off in a string": ('{"a": "b', "x.json:1:7: the JSON ends too early"),
    "cut off behind a key": ('{"a"', "x.json:1:5: the JSON ends too early"),
    "a missing colon": ('{"a" 1}', "x.json:1:6: this is not JSON"),
    "a log": ("Terraform will perform the following actions:", "x.json:1:1: this is not JSON"),
    "JSON lines": ('{"a": 1}\n{"a": 2}\n', "x.json:2:1: there is more text after the JSON document"),
    "a key twice": ('{"a": {"b": 1, "b": 2}}', 'x.json: the key "b" occurs twice'),
    "NaN": ('{"a": NaN}', "x.json: NaN is not a JSON number"),
    "minus infinity": ("[-Infinity]", "x.json: -Infinity is not a JSON number"),
    "a number that overflows": ("[1e999]", "x.json: the number 1e999 is too large"),
    "an integer that is absurdly long": ("9" * 5000, "x.json: a number is too large"),
    "half a surrogate pair": (r'["\ud800"]', "x.json: a string holds half of a surrogate pair"),
    "deep lists": ("[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1), "x.json: lists and objects are nested"),
    "very deep lists": ("[" * 200_000, "x.json: lists and objects are nested"),
    "deep objects": ('{"a":' * 150 + "1" + "}" * 150, "x.json: lists and objects are nested"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED_TEXTS.values(), ids=REFUSED_TEXTS.keys())
def test_what_is_not_one_json_document_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json(text, "x.json")
    assert str(caught.value).startswith(message)
    assert all(problem.remedy for problem in caught.value.problems)


def test_all_problems_of_a_document_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_json('{"a": NaN, "b": 1, "b": 2, "c": {"d": 1, "d": 1}}', "x.json")
    assert len(caught.value.problems) == 3


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    text = "[" * MOST_LEVELS + "]" * MOST_LEVELS
    assert json.dumps(parse_json(text, "x.json")) == text


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert parse_json(r'"\ud83d\ude00"', "x.json") == "\N{GRINNING FACE}"


REFUSED_FILES = {
    "a binary plan": (b"PK\x03\x04\x14\x00", "terraform show -json"),
    "gzip": (b"\x1f\x8b\x08\x00", "gzip"),
    "UTF-16 as PowerShell writes it": ("{}".encode("utf-16"), "UTF-16"),
    "UTF-16, big end first": (b"\xfe\xff\x00{\x00}", "UTF-16"),
    "Latin-1": (b'{"a":\n "\xe9"}', "x.json:2: byte 8 is not UTF-8"),
    "an empty file": (b"", "the file is empty"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED_FILES.values(), ids=REFUSED_FILES.keys())
def test_a_file_of_another_kind_is_refused_with_its_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_json(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": "\xc3\xa9"}')
    assert read_json(path) == {"a": "\N{LATIN SMALL LETTER E WITH ACUTE}"}


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"[1,2,3]")
    assert read_json(path, most_bytes=7) == [1, 2, 3]
    with pytest.raises(InputError, match="larger than 6 bytes"):
        read_json(path, most_bytes=6)


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(InputError, match="there is no such file"):
        read_json(tmp_path / "absent.json")
    with pytest.raises(InputError, match="this is a directory"):
        read_json(tmp_path)
    with pytest.raises(InputError, match="the file cannot be read"):
        read_json(loop)
    with pytest.raises(InputError, match="the path is not valid"):
        read_json(tmp_path / "a\0b")
