locals {
  rules = file("${path.module}/rules/dmz.rules")
}

# A group in use cannot be replaced under its own name, so the name follows the content.
resource "aws_networkfirewall_rule_group" "dmz" {
  name     = "dmz-${substr(sha256(local.rules), 0, 8)}"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rules_source {
      rules_string = local.rules
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "dmz"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    stateful_engine_options {
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      resource_arn = aws_networkfirewall_rule_group.dmz.arn
    }
  }
}
