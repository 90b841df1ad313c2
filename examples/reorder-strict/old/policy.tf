resource "aws_networkfirewall_rule_group" "workplace" {
  name     = "workplace"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rules_source {
      rules_string = join("\n", [
        "pass tcp $HOME_NET any -> any 443 (msg:\"the web\"; sid:6001; rev:1;)",
        "drop tcp 10.100.40.0/24 any -> any any (msg:\"quarantine\"; sid:6002; rev:1;)",
        "pass udp $HOME_NET any -> any 53 (msg:\"name resolution\"; sid:6003; rev:1;)",
      ])
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "workplace"

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
      resource_arn = aws_networkfirewall_rule_group.workplace.arn
    }
  }
}
