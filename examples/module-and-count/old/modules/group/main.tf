variable "name" {
  type = string
}

variable "rules" {
  type = list(string)
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = var.name
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rules_source {
      rules_string = join("\n", [
        for position, rule in var.rules : "${rule} (msg:\"${var.name}\"; sid:${position + 1};)"
      ])
    }
  }
}

output "arn" {
  value = aws_networkfirewall_rule_group.this.arn
}
