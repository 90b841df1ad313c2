resource "aws_vpc" "ipam" {
  ipv4_ipam_pool_id   = "ipam-pool-0123456789abcdef0"
  ipv4_netmask_length = 20
}

resource "terraform_data" "later" {
  input = ["10.7.0.0/16"]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "unknown-values"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rule_variables {
      ip_sets {
        key = "IPAM"
        ip_set {
          definition = [aws_vpc.ipam.cidr_block, "10.8.0.0/16"]
        }
      }
      ip_sets {
        key = "LATER"
        ip_set {
          definition = terraform_data.later.output
        }
      }
    }
    rules_source {
      dynamic "stateful_rule" {
        for_each = [aws_vpc.ipam.cidr_block, "10.9.0.0/16"]
        content {
          action = "PASS"
          header {
            destination      = stateful_rule.value
            destination_port = "ANY"
            direction        = "FORWARD"
            protocol         = "IP"
            source           = "ANY"
            source_port      = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.key + 1]
          }
        }
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "text" {
  name     = "unknown-text"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip ${aws_vpc.ipam.cidr_block} any -> any any (sid:1;)"
}

resource "aws_networkfirewall_rule_group" "blocks" {
  name     = "unknown-blocks"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rule_variables {
      dynamic "ip_sets" {
        for_each = terraform_data.later.output
        content {
          key = "K${ip_sets.key}"
          ip_set {
            definition = [ip_sets.value]
          }
        }
      }
    }
    rules_source {
      rules_string = "pass ip any any -> any any (sid:1;)"
    }
  }
}

resource "aws_networkfirewall_rule_group" "conditions" {
  name     = "unknown-conditions"
  type     = "STATEFUL"
  capacity = 10
  rules    = aws_vpc.ipam.cidr_block == "10.0.0.0/20" ? "pass ip any any -> any any (sid:1;)" : "drop ip any any -> any any (sid:1;)"
}
