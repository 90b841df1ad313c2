variable "zone" {}

variable "ports" {
  type = list(number)
}

resource "aws_networkfirewall_rule_group" "this" {
  for_each = { for port in var.ports : "p${port}" => port }
  name     = "${var.zone}-${each.key}"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass tcp any any -> any ${each.value} (sid:${each.value};)"
}

output "names" {
  value = values(aws_networkfirewall_rule_group.this)[*].name
}
