variable "wanted" {
  default = true
}

resource "aws_networkfirewall_rule_group" "maybe" {
  count    = var.wanted ? 1 : 0
  name     = "maybe-${count.index}"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (sid:1;)"
}

resource "aws_networkfirewall_rule_group" "never" {
  count    = var.wanted ? 0 : 1
  name     = "never"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (sid:2;)"
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "count-of-resources"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_rule_group_reference {
      resource_arn = one(aws_networkfirewall_rule_group.maybe[*].arn)
    }

    dynamic "stateful_rule_group_reference" {
      for_each = aws_networkfirewall_rule_group.never
      content {
        resource_arn = stateful_rule_group_reference.value.arn
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "count-of-resources"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([length(aws_networkfirewall_rule_group.maybe), aws_networkfirewall_rule_group.maybe[0].name, aws_networkfirewall_rule_group.maybe.0.name, aws_networkfirewall_rule_group.never[*].name])
}
