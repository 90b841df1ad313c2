"""Functions on files of the configuration and on paths."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.functions.encodings import base64_text, utf8_text
from nfw_reconcile.sources.hcl.cty.functions.signature import (
    TEXT,
    Around,
    Function,
    Known,
    Parameter,
    of_texts,
)
from nfw_reconcile.sources.hcl.cty.functions.texts import DIGESTS
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value


def _path(value: Value) -> str:
    path = str(value.value)
    if path.startswith("~"):
        raise Unresolvable("a path in the home directory depends on who runs Terraform")
    return path


def _of_content(compute: Callable[[bytes], str]) -> Function:
    def body(arguments: Sequence[Value], around: Around) -> Value:
        content = around.files.read(_path(arguments[0]))
        limits.text_within(len(content))
        return values.text(compute(content))

    return Function(body, (TEXT,), result=values.STRING)


def _exists(arguments: Sequence[Value], around: Around) -> Value:
    return values.boolean(around.files.exists(_path(arguments[0])))


def _set(arguments: Sequence[Value], around: Around) -> Value:
    directory, pattern = arguments
    found = around.files.names(_path(directory), str(pattern.value))
    limits.elements_within(len(found))
    return values.of_type(values.set_type(values.STRING), [values.text(name) for name in found])


def _template(arguments: Sequence[Value], around: Around) -> Value:
    path, variables = arguments
    if not (values.is_mapping(variables.type) or values.is_dynamic(variables.type)):
        raise EvaluationError("templatefile() takes a map or an object of variables.")
    if values.is_unknown(path) or values.is_unknown(variables):
        marks = path.marks | variables.marks
        return values.marked(values.unknown_from(values.DYNAMIC), marks)
    return values.marked(around.files.template(_path(values.unmarked(path)), variables), path.marks)


def _basename(path: str) -> str:
    return posixpath.basename(path.rstrip("/")) or ("/" if path.startswith("/") else ".")


def _dirname(path: str) -> str:
    directory = posixpath.normpath(path[: path.rfind("/") + 1] or ".")
    return f"/{directory.lstrip('/')}" if directory.startswith("/") else directory


def _expanded(path: str) -> str:
    if path.startswith("~"):
        raise Unresolvable("the home directory depends on who runs Terraform")
    return path


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise Unresolvable("the directory that Terraform runs in is not known")
    return f"/{posixpath.normpath(path).lstrip('/')}"


FILES: Final[Mapping[str, Function]] = {
    "abspath": of_texts(_absolute),
    "basename": of_texts(_basename),
    "dirname": of_texts(_dirname),
    "file": _of_content(utf8_text),
    "filebase64": _of_content(base64_text),
    "fileexists": Function(_exists, (TEXT,), result=values.BOOL),
    "fileset": Function(_set, (TEXT, TEXT), result=values.set_type(values.STRING)),
    "pathexpand": of_texts(_expanded),
    "templatefile": Function(
        _template,
        (
            Parameter(values.STRING, Known.NOT_AT_ALL, keeps_marks=True),
            Parameter(known=Known.NOT_AT_ALL, keeps_marks=True),
        ),
    ),
    "filemd5": _of_content(lambda content: DIGESTS["md5"](content).hex()),
    "filesha1": _of_content(lambda content: DIGESTS["sha1"](content).hex()),
    "filesha256": _of_content(lambda content: DIGESTS["sha256"](content).hex()),
    "filesha512": _of_content(lambda content: DIGESTS["sha512"](content).hex()),
    "filebase64sha256": _of_content(lambda content: base64_text(DIGESTS["sha256"](content))),
    "filebase64sha512": _of_content(lambda content: base64_text(DIGESTS["sha512"](content))),
}
