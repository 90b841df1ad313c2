resource "aws_vpc" "analytics" {
  cidr_block = "10.141.0.0/16"
}

resource "aws_networkfirewall_rule_group" "hub" {
  name     = "hub"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rule_variables {
      ip_sets {
        key = "ANALYTICS"
        ip_set {
          definition = [aws_vpc.analytics.cidr_block]
        }
      }
    }
    rules_source {
      rules_string = <<-EOT
        pass tcp $ANALYTICS any -> 192.0.2.80/28 9440 (msg:"warehouse queries"; flow:to_server; sid:9001; rev:1;)
        pass tcp $HOME_NET any -> any 443 (msg:"the web"; flow:to_server; sid:9002; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "hub"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_established", "aws:alert_established"]

    policy_variables {
      rule_variables {
        key = "HOME_NET"
        ip_set {
          definition = ["10.0.0.0/8"]
        }
      }
    }

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      priority     = 100
      resource_arn = aws_networkfirewall_rule_group.hub.arn
    }
  }
}
