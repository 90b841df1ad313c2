locals {
  nothing = null
  one     = { a = 1 }
  many    = [{ a = 1, b = [1, 2] }, { a = 2, b = [3] }]
  result = [
    local.nothing[*], local.one[*].a, local.many[*].a, local.many.*.a, local.many[*].b[0], local.many.*.b[0],
    flatten(local.many[*].b), local.many[*]["a"], [for x in local.many[*].a : x + 1], toset(["q"])[*],
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "splats"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
