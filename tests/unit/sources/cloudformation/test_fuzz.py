"""Whatever a template holds: it is read, or refused with an error of ours, and read the same again."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.sources.cloudformation import read_template
from nfw_reconcile.sources.cloudformation.yamlfile import parse_yaml
from tests.unit.sources.cloudformation.translating import plain
from tests.unit.sources.tfplan.test_fuzz import places

FOLDER = Path(__file__).parents[3] / "cases" / "cloudformation"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*/old.yaml"))]


TEMPLATES = [plain(parse_yaml(text, "t")) for text in TEXTS]
NAMES = [
    "Group",
    "Policy",
    "Network",
    "Stage",
    "IsProd",
    "Networks",
    "AWS::NoValue",
    "AWS::Region",
    "x",
    "0",
    "",
]
FUNCTIONS = ["Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::GetAtt", "Fn::FindInMap", "Fn::Select", "Fn::Split",
             "Fn::Cidr", "Fn::Base64", "Fn::Length", "Fn::Transform", "Fn::ForEach::L", "Fn::Equals", "Condition",
             "Type", "Properties", "Fn::And", "Fn::Not"]  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.floats(),
    st.sampled_from(
        [*NAMES, "${Stage}", "${Group.RuleGroupArn}", "{{resolve:ssm:x}}", "10.0.0.0/8", "é\ud800"]
    ),
)
JUNK = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FUNCTIONS, *NAMES]), inner, max_size=2)
    ),
    max_leaves=6,
)


@st.composite
def mutated_templates(draw: st.DrawFn) -> object:
    """Draw a template with a few places replaced, removed or copied over each other."""
    tree = copy.deepcopy(draw(st.sampled_from(TEMPLATES)))
    for _ in range(draw(st.integers(1, 4))):
        found = places(tree)
        if not found:
            break
        container, key = draw(st.sampled_from(found))
        match draw(st.sampled_from(["junk", "remove", "copy"])):
            case "junk":
                container[key] = draw(JUNK)
            case "remove":
                del container[key]
            case _:
                other, other_key = draw(st.sampled_from(found))
                container[key] = copy.deepcopy(other[other_key])
    return tree


def outcome(data: bytes) -> object:
    try:
        side = read_template(data, "t", {"AWS::Region": "eu-west-1"})
    except NfwReconcileError as refused:
        assert refused.problems  # noqa: PT017 - the error is one of two good outcomes
        return str(refused)
    return side.inventory, side.diagnostics


@given(mutated_templates())
def test_any_json_template_is_read_or_refused(tree: object) -> None:
    data = json.dumps(tree).encode()

    assert outcome(data) == outcome(data)


@given(mutated_templates())
def test_any_yaml_template_is_read_or_refused(tree: object) -> None:
    outcome(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(TEXTS), st.data())
def test_a_cut_or_damaged_text_is_read_or_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    inserted = data.draw(st.text("!&*{}[]:,-?|>'\"% \n\tRef<", max_size=4))

    outcome((text[:start] + inserted + text[end:]).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    outcome(data)
