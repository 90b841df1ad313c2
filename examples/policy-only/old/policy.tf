resource "aws_networkfirewall_rule_group" "staging" {
  name     = "staging"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rules_source {
      rules_string = <<-EOT
        reject tcp $HOME_NET any -> any 25 (msg:"no mail from staging"; sid:4001; rev:1;)
        pass tcp $HOME_NET any -> [198.51.100.0/24,203.0.113.40] 443 (msg:"test doubles of the partners"; flow:to_server; sid:4002; rev:1;)
        pass udp $HOME_NET any -> 10.200.0.53 53 (msg:"name resolution"; sid:4003; rev:1;)
        alert tcp $HOME_NET any -> any 22 (msg:"someone uses ssh"; flow:to_server; sid:4004; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "staging"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:alert_established"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      priority     = 100
      resource_arn = aws_networkfirewall_rule_group.staging.arn
    }
  }
}
