locals {
  partners = {
    courier    = { network = "203.0.113.16/28", port = 443 }
    tax-office = { network = "198.51.100.20", port = 8443 }
    warehouse  = { network = "203.0.113.64/28", port = 9443 }
  }
}

resource "aws_networkfirewall_rule_group" "egress" {
  name     = "orders-egress"
  type     = "STATEFUL"
  capacity = 200

  rule_group {
    rules_source {
      rules_string = templatefile("${path.module}/templates/egress.rules.tftpl", {
        partners = local.partners
        resolver = "10.200.0.53"
      })
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "orders"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_established", "aws:alert_established"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      priority     = 100
      resource_arn = aws_networkfirewall_rule_group.egress.arn
    }
  }
}
