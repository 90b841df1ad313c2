locals {
  rules = "${path.module}/rules"
  result = [
    fileset(local.rules, "**"),
    fileset(local.rules, "**/*.{rules,txt}"),
    fileset(local.rules, "*/[a-d].rules"),
    fileset(local.rules, "{east,west}/*"),
    fileset(local.rules, "**/deep/*"),
    fileset("${local.rules}/east", "../w*/?.rules"),
    fileset(path.module, "*/*/x.json"),
    fileset(local.rules, "none/**"),
    try(fileset(local.rules, "[a"), "not a pattern"),
    try(fileset(local.rules, "{east/b,west/d}.rules"), "not an alternative"),
  ]
  ports = {
    for name in fileset("${path.module}/data", "*/x.json") :
    dirname(name) => jsondecode(file("${path.module}/data/${name}")).port
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "filesets"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([local.result, local.ports])
}

resource "aws_networkfirewall_rule_group" "joined" {
  name     = "filesets-joined"
  type     = "STATEFUL"
  capacity = 10
  rules    = join("", [for name in sort(fileset(local.rules, "**/*.rules")) : file("${local.rules}/${name}")])
}
