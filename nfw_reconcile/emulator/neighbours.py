"""The few calls of other services that a run makes beside Network Firewall's own: STS and EC2.

They come in the query protocol, a form with ``Action``, and are answered in XML, in the shapes that
botocore's parsers read (STS API: GetCallerIdentity; EC2 API: DescribeVpcs, GetManagedPrefixListEntries, and what
:mod:`.addresses` answers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from nfw_reconcile.emulator import addresses
from nfw_reconcile.emulator.iam import ANYTHING, WHY
from nfw_reconcile.emulator.replies import Refusal
from nfw_reconcile.emulator.xml import document, element, tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.emulator.service import Service

FORM: Final = "application/x-www-form-urlencoded"
_STS: Final = "https://sts.amazonaws.com/doc/2011-06-15/"


def is_query(headers: Mapping[str, str]) -> bool:
    """Say whether a request, by its lower-case headers, speaks the query protocol."""
    return headers.get("content-type", "").startswith(FORM)


def answer(emulator: Service, body: bytes) -> str | Refusal:
    """Answer a form with the text of an XML document."""
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    action = form.get("Action", "")
    service = "sts" if action == "GetCallerIdentity" else "ec2"
    policy = emulator.iam_policy
    if policy is not None and not policy.permits(f"{service}:{action}", ANYTHING):
        return Refusal("UnauthorizedOperation", WHY, 403)
    match action:
        case "GetCallerIdentity":
            return _identity(emulator)
        case "DescribeVpcs":
            return _vpcs(emulator, _numbered(form, "VpcId"))
        case "DescribeInstances":
            return addresses.instances(form)
        case "DescribeNetworkInterfaces":
            return addresses.interfaces(emulator, form)
        case "DescribeSubnets":
            return addresses.subnets(emulator)
        case "GetManagedPrefixListEntries":
            return _entries(emulator, form.get("PrefixListId", ""))
        case _:
            return Refusal("InvalidAction", f"{action or 'this'} is not a call that the emulator answers")


def _numbered(form: Mapping[str, str], name: str) -> list[str]:
    return [value for key, value in sorted(form.items()) if key.startswith(f"{name}.")]


def _identity(emulator: Service) -> str:
    account = emulator.settings.account
    inner = element("Arn", f"arn:aws:iam::{account}:user/emulator") + element("UserId", "EMULATOR")
    result = f"<GetCallerIdentityResult>{inner}{element('Account', account)}</GetCallerIdentityResult>"
    return f'<GetCallerIdentityResponse xmlns="{_STS}">{result}</GetCallerIdentityResponse>'


def _vpcs(emulator: Service, wanted: list[str]) -> str | Refusal:
    known = emulator.world.vpcs
    missing = [vpc for vpc in wanted if vpc not in known]
    if missing:
        return Refusal("InvalidVpcID.NotFound", f"The vpc ID '{missing[0]}' does not exist")
    shown = "".join(_vpc(vpc, known[vpc]) for vpc in wanted or sorted(known))
    return document("DescribeVpcs", "vpcSet", shown)


def _vpc(vpc: str, cidrs: tuple[str, ...]) -> str:
    families = {
        "cidrBlock": [c for c in cidrs if ":" not in c],
        "ipv6CidrBlock": [c for c in cidrs if ":" in c],
    }
    sets = "".join(
        f"<{name}AssociationSet>{''.join(_association(name, cidr) for cidr in found)}</{name}AssociationSet>"
        for name, found in families.items()
    )
    first = "".join(element("cidrBlock", cidr) for cidr in families["cidrBlock"][:1])
    return f"<item>{element('vpcId', vpc)}{first}{sets}{tagged(f'emulated-{vpc[-4:]}')}</item>"


def _association(name: str, cidr: str) -> str:
    state = f"<{name}State><state>associated</state></{name}State>"
    return f"<item>{element(name, cidr)}{state}</item>"


def _entries(emulator: Service, wanted: str) -> str | Refusal:
    found = [cidrs for arn, cidrs in emulator.world.prefix_lists.items() if arn.endswith(f"/{wanted}")]
    if not found:
        return Refusal("InvalidPrefixListID.NotFound", f"The prefix list ID '{wanted}' does not exist")
    shown = "".join(f"<item>{element('cidr', cidr)}</item>" for cidr in found[0])
    return document("GetManagedPrefixListEntries", "entrySet", shown)


def refusal_text(refusal: Refusal) -> str:
    """Give the text of the error document that both services' parsers read."""
    inner = f"<Error>{element('Code', refusal.code)}{element('Message', refusal.message)}</Error>"
    return f"<Response><Errors>{inner}</Errors>{inner}<RequestID>emulator</RequestID></Response>"
