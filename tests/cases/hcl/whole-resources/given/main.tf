variable "group" {
  type = object({ arn = string, name = string, description = string })
}

variable "groups" {
  type = map(object({ arn = string, rules = string }))
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "given"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_rule_group_reference {
      resource_arn = var.group.arn
    }

    stateful_rule_group_reference {
      resource_arn = var.groups["a"].arn
    }
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "given"
  type     = "STATEFUL"
  capacity = 10
  rules    = join("\n", concat([var.group.name], [for group in var.groups : group.rules]))
}
