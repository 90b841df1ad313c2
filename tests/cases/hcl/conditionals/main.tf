locals {
  yes = true
  result = {
    text    = local.yes ? "a" : 1
    nothing = local.yes ? null : "x"
    lists   = local.yes ? ["a"] : []
    maps    = local.yes ? { a = 1 } : {}
    mixed   = !local.yes ? ["a", 1] : tolist([])
    numbers = local.yes ? 1 : "2"
    lazy    = local.yes ? "fine" : tonumber("x")
    nested  = local.yes ? (1 > 2 ? "p" : "q") : "r"
    text_of = "true" ? 1 : 2
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "conditionals"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
