variable "name" {
  type    = string
  default = "base"
}

locals {
  port = 80
  kept = "kept"
}

resource "aws_networkfirewall_rule_group" "this" {
  name        = "overrides-${var.name}"
  type        = "STATEFUL"
  capacity    = 10
  description = "base"

  rule_group {
    rules_source {
      rules_string = "pass tcp any any -> any ${local.port} (msg:\"${local.kept}\"; sid:1;)"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
