locals {
  var_like = [for var in ["a"] : "${var}!"]
  each_of  = { for each in [{ key = "k", value = "v" }] : each.key => each.value }
  inner    = [for x in [1, 2] : [for x in [x * 10] : x]]
  paths    = [for path in [{ module = "m" }] : path.module]
  result   = [local.var_like, local.each_of, local.inner, local.paths]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "shadowed-names"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
