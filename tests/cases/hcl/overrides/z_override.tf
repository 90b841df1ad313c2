variable "name" {
  default = "last"
}

resource "aws_networkfirewall_rule_group" "this" {
  capacity = 20

  rule_group {
    rules_source {
      rules_string = "drop tcp any any -> any ${local.port} (msg:\"${local.kept}\"; sid:2;)"
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}
