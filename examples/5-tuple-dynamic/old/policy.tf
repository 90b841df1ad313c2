variable "rules" {
  description = "Who may reach what; everything else is dropped."
  type = list(object({
    source      = string
    destination = string
    port        = string
    protocol    = string
  }))
}

locals {
  drop_the_rest = { source = "ANY", destination = "ANY", port = "ANY", protocol = "IP" }
}

resource "aws_networkfirewall_rule_group" "shop" {
  name     = "shop"
  type     = "STATEFUL"
  capacity = 100

  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = concat(var.rules, [local.drop_the_rest])
        content {
          action = stateful_rule.value == local.drop_the_rest ? "DROP" : "PASS"
          header {
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = stateful_rule.value.destination
            destination_port = stateful_rule.value.port
            protocol         = stateful_rule.value.protocol
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.key + 101]
          }
        }
      }
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "shop"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    stateful_engine_options {
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      resource_arn = aws_networkfirewall_rule_group.shop.arn
    }
  }
}
