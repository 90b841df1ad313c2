variable "name" {
  type = string
}

variable "port" {
  type = string
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = var.name
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass tcp any any -> any ${var.port} (sid:1;)"
}

output "arn" {
  value = aws_networkfirewall_rule_group.this.arn
}
