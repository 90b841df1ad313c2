variable "strict" {
  default = true
}

variable "home_nets" {
  default = ["10.0.0.0/8", "192.168.0.0/16"]
}

locals {
  managed = [for name in ["BotNet", "Malware"] : format("arn:aws:network-firewall:%s:aws-managed:stateful-rulegroup/%sStrictOrder", "eu-west-1", name)]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "policies"
  type     = "STATEFUL"
  capacity = 10
  rules    = "drop ip any any -> any any (sid:1;)"
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "policies"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = var.strict ? ["aws:drop_strict", "aws:alert_strict"] : null
    tls_inspection_configuration_arn   = null
    enable_tls_session_holding         = "true"

    policy_variables {
      rule_variables {
        key = "HOME_NET"
        ip_set {
          definition = var.home_nets
        }
      }
    }

    dynamic "stateful_engine_options" {
      for_each = var.strict ? ["STRICT_ORDER"] : []
      content {
        rule_order              = stateful_engine_options.value
        stream_exception_policy = "REJECT"
        flow_timeouts {
          tcp_idle_timeout_seconds = "600"
        }
      }
    }

    dynamic "stateful_rule_group_reference" {
      for_each = local.managed
      content {
        priority     = 10 + stateful_rule_group_reference.key
        resource_arn = stateful_rule_group_reference.value
        override {
          action = "DROP_TO_ALERT"
        }
      }
    }

    stateful_rule_group_reference {
      priority     = 1
      resource_arn = aws_networkfirewall_rule_group.this.arn
    }
  }
}
