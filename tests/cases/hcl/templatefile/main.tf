locals {
  rules = [
    { action = "pass", port = 443, note = "web" },
    { action = "drop", port = "any", note = null },
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "templatefile"
  type     = "STATEFUL"
  capacity = 10
  rules = templatefile("${path.module}/rules.tftpl", {
    rules = local.rules
    home  = "10.0.0.0/8"
    extra = { b = "2", a = "1" }
  })
}
