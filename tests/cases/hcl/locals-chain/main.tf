locals {
  result = [local.c, local.b, local.a]
  c      = "${local.b}/${local.a}"
  b      = local.a + 1
  a      = 41
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "locals-chain"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
