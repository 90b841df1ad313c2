resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv4"
  max_entries    = 10

  entry {
    cidr        = "192.0.2.64/27"
    description = "auditor"
  }
  entry {
    cidr        = "198.51.100.32/28"
    description = "bank"
  }
  entry {
    cidr        = "203.0.113.128/26"
    description = "former payroll office"
  }
}

resource "aws_networkfirewall_rule_group" "accounts" {
  name     = "accounts"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    reference_sets {
      ip_set_references {
        key = "PARTNERS"
        ip_set_reference {
          reference_arn = aws_ec2_managed_prefix_list.partners.arn
        }
      }
    }
    rules_source {
      rules_string = <<-EOT
        drop tcp $HOME_NET any -> @PARTNERS 22 (msg:"no shell at partners"; sid:9501; rev:1;)
        pass tcp $HOME_NET any -> @PARTNERS any (msg:"partners"; sid:9502; rev:1;)
        pass tcp @PARTNERS any -> $HOME_NET 443 (msg:"partners fetch reports"; sid:9503; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "accounts"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_strict", "aws:alert_strict"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      priority     = 100
      resource_arn = aws_networkfirewall_rule_group.accounts.arn
    }
  }
}
