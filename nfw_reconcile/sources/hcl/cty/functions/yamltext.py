"""YAML as Terraform reads and writes it: the parser is libyaml's, what scalars mean is Terraform's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import yaml

from nfw_reconcile.sources.hcl.cty import numbers, values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.functions.signature import TEXT, Around, Function, Parameter
from nfw_reconcile.sources.hcl.cty.functions.yamlscalars import Style, resolved_scalar
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.placed import bare

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Value

_STYLES: Final[Mapping[str, Style]] = {
    "'": Style.QUOTED,
    '"': Style.QUOTED,
    "|": Style.BLOCK,
    ">": Style.BLOCK,
}
_END: Final = "...\n"
_MERGE: Final = "<<"
_MAPPING_TAGS: Final = (None, "tag:yaml.org,2002:map")
_SEQUENCE_TAGS: Final = (None, "tag:yaml.org,2002:seq")


class _Reader:
    """Reads one document; counts what aliases repeat, so that none of them makes the value explode."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._open: set[str] = set()
        self._count = 0

    def document(self) -> Value:
        self._expect(yaml.StreamStartEvent)
        self._expect(yaml.DocumentStartEvent)
        found = self._node(next(self._events), 0)
        self._expect(yaml.DocumentEndEvent)
        self._expect(yaml.StreamEndEvent)
        return found

    def _expect(self, kind: type) -> None:
        if not isinstance(next(self._events), kind):
            raise EvaluationError("The YAML is not one document.")

    def _node(self, event: Any, depth: int) -> Value:  # noqa: ANN401 - PyYAML has no types
        if depth > limits.DEEPEST:
            raise Unresolvable(f"the YAML is nested more than {limits.DEEPEST} levels deep")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor))
        before = self._count
        self._counted(1)
        anchor = event.anchor
        if anchor is not None:
            self._open.add(anchor)
        found = self._value(event, depth)
        if anchor is not None:
            self._open.discard(anchor)
            self._anchors[anchor] = (found, self._count - before)
        return found

    def _value(self, event: Any, depth: int) -> Value:  # noqa: ANN401 - PyYAML has no types
        match event:
            case yaml.ScalarEvent():
                return resolved_scalar(event.tag, event.value, _style(event))
            case yaml.SequenceStartEvent() if event.tag in _SEQUENCE_TAGS:
                return self._sequence(depth)
            case yaml.MappingStartEvent() if event.tag in _MAPPING_TAGS:
                return self._mapping(depth)
            case _:
                raise EvaluationError("The YAML holds what is no value here.")

    def _alias(self, name: str) -> Value:
        if name in self._open or name not in self._anchors:
            raise EvaluationError(f"The YAML alias {name!r} refers to nothing that is complete.")
        found, count = self._anchors[name]
        self._counted(count)
        return found

    def _counted(self, count: int) -> None:
        self._count += count
        limits.elements_within(self._count)

    def _sequence(self, depth: int) -> Value:
        members: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            members.append(self._node(event, depth + 1))
        return values.tuple_of(members)

    def _mapping(self, depth: int) -> Value:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise EvaluationError("A key of a YAML mapping is no string.")
            if event.value == _MERGE and event.tag is None:
                found |= self._merged(depth)
                continue
            name = _key(resolved_scalar(event.tag, event.value, _style(event)))
            found[name] = self._node(next(self._events), depth + 1)
        return values.object_of(found)

    def _merged(self, depth: int) -> dict[str, Value]:
        merged = self._node(next(self._events), depth + 1)
        if values.is_null(merged) or not values.is_mapping(merged.type):
            raise EvaluationError("What a YAML mapping merges is no mapping.")
        return values.attributes(merged)


def _style(event: Any) -> Style:  # noqa: ANN401 - PyYAML has no types
    return _STYLES.get(event.style or "", Style.PLAIN)


def _key(value: Value) -> str:
    payload: Any = value.value
    if values.is_null(value):
        raise EvaluationError("A key of a YAML mapping is null.")
    if values.is_unknown(value):
        raise Unresolvable("a key of a YAML mapping is a number that is not computed with")
    if isinstance(payload, bool):
        return "true" if payload else "false"
    return numbers.text(payload) if isinstance(payload, Decimal) else str(payload)


def _loader() -> Any:  # noqa: ANN401 - PyYAML has no types
    """Give the parser of libyaml, of which Terraform's is a port; the one in Python reads some texts differently."""
    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None:
        raise Unresolvable("PyYAML is installed without libyaml")
    return loader


def yaml_decoded(text: str) -> Value:
    """Read a YAML document; raises :class:`EvaluationError` for what Terraform refuses."""
    limits.text_within(len(text))
    try:
        return _Reader(iter(yaml.parse(text, Loader=_loader()))).document()
    except yaml.YAMLError as problem:
        raise EvaluationError("The text is no YAML.") from problem
    except StopIteration as problem:
        raise EvaluationError("The YAML ends too early.") from problem


def yaml_encoded(value: Value) -> str:
    """Write a wholly known value as YAML, as Terraform does."""
    events = [
        yaml.StreamStartEvent(encoding=None),
        yaml.DocumentStartEvent(explicit=False),
        *_written(value),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    dumper = getattr(yaml, "CSafeDumper", None)
    if dumper is None:
        raise Unresolvable("PyYAML is installed without libyaml")
    written = str(yaml.emit(events, Dumper=dumper, allow_unicode=True))
    # Whether a document that ends with a scalar is marked as ended differs between versions of libyaml.
    ended = written.removesuffix(_END) if written.endswith(f"\n{_END}") else written
    return ended + _END if _is_plain(value) else ended


def _is_plain(value: Value) -> bool:
    """Say whether a value is written as a plain scalar."""
    return values.is_null(value) or value.type in {values.NUMBER, values.BOOL}


def _written(value: Value) -> Iterator[Any]:
    value = values.concrete(value)
    payload: Any = value.value
    match payload:
        case _ if values.is_null(value):
            yield _scalar("null", None)
        case bool():
            yield _scalar("true" if payload else "false", None)
        case Decimal():
            yield _scalar(numbers.text(payload), None)
        case str():
            yield _scalar(payload, "|" if "\n" in payload else '"')
        case Mapping():
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=not payload)
            for name in sorted(payload):
                yield from _written(values.text(name))
                yield from _written(payload[name])
            yield yaml.MappingEndEvent()
        case _:
            yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=not payload)
            for member in payload:
                yield from _written(member)
            yield yaml.SequenceEndEvent()


def _scalar(text: str, style: str | None) -> Any:  # noqa: ANN401 - PyYAML has no types
    return yaml.ScalarEvent(None, None, (True, True), bare(text), style=style)


def _decode(arguments: Sequence[Value], _: Around) -> Value:
    return yaml_decoded(bare(str(arguments[0].value)))


def _encode(arguments: Sequence[Value], _: Around) -> Value:
    return values.text(yaml_encoded(arguments[0]))


YAML: Final[Mapping[str, Function]] = {
    "yamldecode": Function(_decode, (TEXT,)),
    "yamlencode": Function(_encode, (Parameter(null=True),), result=values.STRING),
}
