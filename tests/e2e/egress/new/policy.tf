resource "aws_networkfirewall_rule_group" "servers" {
  name     = "servers"
  type     = "STATEFUL"
  capacity = 20

  rule_group {
    rules_source {
      rules_string = <<-EOT
        pass tcp 10.20.1.0/24 any -> any 443 (msg:"web"; flow:to_server; sid:10; rev:2;)
        pass udp $HOME_NET any -> 10.20.0.2 53 (msg:"names"; sid:20; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_rule_group" "desks" {
  name     = "desks"
  type     = "STATEFUL"
  capacity = 20

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = ["10.20.2.0/24"]
        }
      }
    }
    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = ["TLS_SNI"]
        targets              = [".example.com", "login.example.net"]
      }
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_rule_group" "partners" {
  name     = "partners"
  type     = "STATEFUL"
  capacity = 20

  rule_group {
    rules_source {
      rules_string = <<-EOT
        drop tcp $HOME_NET any -> any 8443 (msg:"bad hosts"; xbits:isset,bad,track ip_dst; flow:to_server; sid:41; rev:1;)
        pass tcp $HOME_NET any -> any 8443 (msg:"partners"; flow:to_server; sid:40; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "egress"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_established"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      priority     = 100
      resource_arn = aws_networkfirewall_rule_group.servers.arn
    }
    stateful_rule_group_reference {
      priority     = 200
      resource_arn = aws_networkfirewall_rule_group.desks.arn
    }
    stateful_rule_group_reference {
      priority     = 300
      resource_arn = aws_networkfirewall_rule_group.partners.arn
    }
  }
}
