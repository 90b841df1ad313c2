variable "name" {}

resource "aws_networkfirewall_rule_group" "this" {
  name     = var.name
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (msg:\"${var.name}\"; sid:1;)"
}

output "arn" {
  value = aws_networkfirewall_rule_group.this.arn
}
