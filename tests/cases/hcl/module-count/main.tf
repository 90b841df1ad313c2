module "group" {
  source = "./group"
  count  = 3
  name   = "g${count.index}"
}

locals {
  arns = module.group[*].arn
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "module-count"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    dynamic "stateful_rule_group_reference" {
      for_each = local.arns
      content {
        resource_arn = stateful_rule_group_reference.value
        priority     = stateful_rule_group_reference.key + 1
      }
    }

    stateful_engine_options {
      rule_order = "STRICT_ORDER"
    }
  }
}
