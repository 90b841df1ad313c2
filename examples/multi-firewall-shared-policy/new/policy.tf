resource "aws_networkfirewall_rule_group" "sites" {
  name     = "sites"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rules_source {
      rules_string = <<-EOT
        pass tcp $HOME_NET any -> any 443 (msg:"the web"; flow:to_server; sid:8002; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

# HOME_NET is left to each firewall: the CIDR of its own VPC.
resource "aws_networkfirewall_firewall_policy" "sites" {
  name = "sites"

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
      resource_arn = aws_networkfirewall_rule_group.sites.arn
    }
  }
}
