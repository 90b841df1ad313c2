resource "aws_networkfirewall_rule_group" "static" {
  name     = "static"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      stateful_rule {
        action = "PASS"
        header {
          protocol         = "TCP"
          source           = "10.0.0.0/8"
          source_port      = "ANY"
          direction        = "FORWARD"
          destination      = "ANY"
          destination_port = "ANY"
        }
        rule_option {
          keyword = "sid:1"
        }
      }
      stateful_rule {
        action = "DROP"
        header {
          protocol         = "TCP"
          source           = "ANY"
          source_port      = "ANY"
          direction        = "FORWARD"
          destination      = "ANY"
          destination_port = "ANY"
        }
        rule_option {
          keyword  = "sid"
          settings = ["2"]
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "domains" {
  name     = "domains"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = ["TLS_SNI"]
        targets = concat(var.domains, [
          "a.example.com",
          "b.example.com",
          lower("C.example.com"),
          format("%s.example.com", "d"),
        ])
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "early" {
  name     = "early"
  type     = "STATELESS"
  capacity = 100
  rule_group {
    rules_source {
      stateless_rules_and_custom_actions {
        stateless_rule {
          priority = 20
          rule_definition {
            actions = ["aws:drop"]
            match_attributes {
              protocols = [6]
            }
          }
        }
        stateless_rule {
          priority = 10
          rule_definition {
            actions = ["aws:pass"]
            match_attributes {
              protocols = [17]
            }
          }
        }
      }
    }
  }
}

variable "domains" {
  type    = list(string)
  default = [
    "e.example.com",
    "b.example.com",
  ]
}
