resource "aws_networkfirewall_rule_group" "this" {
  name     = 12
  type     = "STATEFUL"
  capacity = "10"
  rules    = null

  rule_group {
    rule_variables {
      ip_sets {
        key = true
        ip_set {
          definition = toset(["10.0.0.0/8"])
        }
      }
    }
    rules_source {
      rules_string = null
      stateful_rule {
        action = "PASS"
        header {
          destination      = "10.0.0.0/8"
          destination_port = 443
          direction        = "FORWARD"
          protocol         = "TCP"
          source           = "ANY"
          source_port      = 1.5e3
        }
        rule_option {
          keyword  = "sid"
          settings = null
        }
        rule_option {
          keyword  = "flow"
          settings = [1, true, "x"]
        }
      }
    }
  }
}
