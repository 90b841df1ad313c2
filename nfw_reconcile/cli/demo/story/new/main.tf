# The egress firewall of `old/`, tightened: only the application subnets browse, over TLS only, and
# file transfer goes to the partner's one server.

resource "aws_vpc" "inspection" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_networkfirewall_rule_group" "egress" {
  name     = "egress"
  type     = "STATEFUL"
  capacity = 100

  rule_group {
    rule_variables {
      ip_sets {
        key = "APPS"
        ip_set {
          definition = ["10.20.8.0/21"]
        }
      }
      ip_sets {
        key = "PARTNER"
        ip_set {
          definition = ["198.51.100.20/32"]
        }
      }
    }
    rules_source {
      rules_string = <<-EOT
        # Browsing, for the application subnets.
        pass tcp $APPS any -> any 443 (msg:"web"; sid:10;)
        # File transfer with the partner.
        pass tcp $HOME_NET any -> $PARTNER 22 (msg:"partner sftp"; sid:20;)
        pass udp $HOME_NET any -> any 53 (msg:"dns"; sid:30;)
        pass udp $HOME_NET any -> any 123 (msg:"ntp"; sid:40;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_rule_group" "updates" {
  name     = "updates"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rules_source {
      rules_string = <<-EOT
        pass tls $HOME_NET any -> any 8443 (tls.sni; dotprefix; content:".updates.example"; nocase; endswith; sid:50;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "main"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_established", "aws:alert_established"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }
    stateful_rule_group_reference {
      priority     = 10
      resource_arn = aws_networkfirewall_rule_group.egress.arn
    }
    stateful_rule_group_reference {
      priority     = 20
      resource_arn = aws_networkfirewall_rule_group.updates.arn
    }
  }
}

resource "aws_networkfirewall_firewall" "main" {
  name                = "main"
  firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
  vpc_id              = aws_vpc.inspection.id

  subnet_mapping {
    subnet_id = "subnet-0a0a0a0a0a0a0a0a0"
  }
}
