resource "aws_networkfirewall_rule_group" "each" {
  for_each = { a = 1, b = 2 }
  name     = each.key
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (sid:${each.value};)"
}

resource "aws_networkfirewall_rule_group" "one" {
  name     = "one"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (sid:9;)"
}

locals {
  all    = merge(aws_networkfirewall_rule_group.each, { one = aws_networkfirewall_rule_group.one })
  flat   = flatten([values(aws_networkfirewall_rule_group.each)[*].arn, [aws_networkfirewall_rule_group.one.arn]])
  names  = sort([for group in values(aws_networkfirewall_rule_group.each) : group.name])
  object = { for key, group in aws_networkfirewall_rule_group.each : group.name => group }
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "whole-resources"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_rule_group_reference {
      resource_arn = local.object["b"].arn
    }

    dynamic "stateful_rule_group_reference" {
      for_each = [for arn in local.flat : arn]
      content {
        resource_arn = stateful_rule_group_reference.value
      }
    }
  }
}

module "given" {
  source = "./given"
  group  = aws_networkfirewall_rule_group.one
  groups = aws_networkfirewall_rule_group.each
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "whole-resources"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([local.names, sort(keys(local.all)), length(aws_networkfirewall_rule_group.each), aws_networkfirewall_rule_group.one != null])
}
