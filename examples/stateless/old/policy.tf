resource "aws_networkfirewall_rule_group" "edge" {
  name     = "edge"
  type     = "STATELESS"
  capacity = 50

  rule_group {
    rules_source {
      stateless_rules_and_custom_actions {
        stateless_rule {
          priority = 20
          rule_definition {
            actions = ["aws:pass"]
            match_attributes {
              protocols = [1]
            }
          }
        }
        stateless_rule {
          priority = 100
          rule_definition {
            actions = ["aws:drop"]
            match_attributes {
              source {
                address_definition = "198.51.100.128/25"
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "mail" {
  name     = "mail"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rules_source {
      rules_string = "drop tcp $HOME_NET any -> any 25 (msg:\"mail goes through the relay\"; sid:3001; rev:1;)"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "servers"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    stateful_engine_options {
      stream_exception_policy = "REJECT"
    }

    stateless_rule_group_reference {
      priority     = 10
      resource_arn = aws_networkfirewall_rule_group.edge.arn
    }

    stateful_rule_group_reference {
      resource_arn = aws_networkfirewall_rule_group.mail.arn
    }
  }
}
