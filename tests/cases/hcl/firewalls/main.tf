locals {
  sites = {
    north = "10.1.0.0/16"
    south = "10.2.0.0/16"
  }
}

resource "aws_vpc" "site" {
  for_each   = local.sites
  cidr_block = each.value
}

resource "aws_subnet" "site" {
  for_each   = aws_vpc.site
  vpc_id     = each.value.id
  cidr_block = cidrsubnet(each.value.cidr_block, 12, 0)
}

resource "aws_networkfirewall_firewall" "site" {
  for_each            = local.sites
  name                = "firewall-${each.key}"
  firewall_policy_arn = aws_networkfirewall_firewall_policy.this.arn
  vpc_id              = aws_vpc.site[each.key].id

  dynamic "subnet_mapping" {
    for_each = [aws_subnet.site[each.key].id]
    content {
      subnet_id = subnet_mapping.value
    }
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "firewalls"
  type     = "STATEFUL"
  capacity = 10
  rules    = join("\n", [for site in aws_subnet.site : "pass ip ${site.cidr_block} any -> any any (sid:1;)"])
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "firewalls"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_rule_group_reference {
      resource_arn = aws_networkfirewall_rule_group.this.arn
    }
  }
}
