locals {
  list    = ["a", "b", "c"]
  objects = { "dotted.key" = { x = [10, { y = "deep" }] }, plain = 1 }
  keys    = tomap({ "0" = "zero", k = "v" })
  result = [
    local.list[1], local.list["1"], local.list[length(local.list) - 1], local.objects["dotted.key"].x[1].y,
    local.objects["plain"], local.objects.plain, local.keys["0"], local.keys.k, element(local.list, 4), local.list.0,
    [for i in range(3) : local.list[i]], "${local.list[0]}${local.objects["plain"]}",
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "indexing"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
