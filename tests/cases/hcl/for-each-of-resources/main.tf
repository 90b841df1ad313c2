locals {
  groups = {
    "web.front" = { order = 2, ports = ["80", "443"] }
    ssh         = { order = 1, ports = ["22"] }
  }
}

resource "aws_networkfirewall_rule_group" "by_object" {
  for_each = local.groups
  name     = replace(each.key, ".", "-")
  type     = "STATEFUL"
  capacity = 10 * length(each.value.ports)

  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = each.value.ports
        content {
          action = "PASS"
          header {
            destination      = "ANY"
            destination_port = stateful_rule.value
            direction        = "FORWARD"
            protocol         = "TCP"
            source           = "ANY"
            source_port      = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = ["${each.value.order}${stateful_rule.key}"]
          }
        }
      }
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_rule_group" "by_set" {
  for_each = toset([for name, group in local.groups : name if group.order > 1])
  name     = "set-${replace(each.value, ".", "-")}"
  type     = "STATEFUL"
  capacity = 10
  rules    = each.key
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "for-each-of-resources"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_engine_options {
      rule_order = "STRICT_ORDER"
    }

    dynamic "stateful_rule_group_reference" {
      for_each = { for name, group in local.groups : group.order => name }
      content {
        priority     = stateful_rule_group_reference.key
        resource_arn = aws_networkfirewall_rule_group.by_object[stateful_rule_group_reference.value].arn
      }
    }
  }
}
