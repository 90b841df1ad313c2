locals {
  numbers = [3, 1, 2]
  people  = [{ n = "a", g = "x" }, { n = "b", g = "y" }, { n = "c", g = "x" }]
  result = {
    doubled  = [for n in local.numbers : n * 2]
    indexed  = [for i, n in local.numbers : "${i}=${n}"]
    kept     = [for n in local.numbers : n if n > 1]
    mapped   = { for p in local.people : p.n => p.g }
    grouped  = { for p in local.people : p.g => p.n... }
    of_map   = [for k, v in { b = 1, a = 2 } : "${k}${v}"]
    of_set   = [for v in toset(["z", "y", "z"]) : v]
    nested   = [for a in [1, 2] : [for b in [1, 2] : a * b if a != b]]
    shadowed = [for local in [1, 2] : local + 1]
    keyed    = { for i, n in local.numbers : i => n }
    of_tuple = [for v in [1, "a", true, null] : v]
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "for-expressions"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
