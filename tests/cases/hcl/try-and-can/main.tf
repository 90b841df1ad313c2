locals {
  settings = { a = { b = 1 }, list = [1] }
  result = [
    try(local.settings.a.c, "none"), try(local.settings.a.b, "none"), try(local.settings.list[3], local.settings.list[0]),
    can(local.settings.a.c), can(local.settings.a), try(tonumber("x"), tonumber("5")), can(regex("^a", "b")),
    try(local.settings["zz"].q, null), lookup(local.settings.a, "z", "default"), try([for x in local.settings.a.b : x], []),
    try(file("missing.txt"), "no file"), try(jsondecode("{"), {}),
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "try-and-can"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
