locals {
  result = [
    file("${path.module}/rules/a.rules"),
    fileexists("${path.module}/rules/a.rules"),
    fileexists("${path.module}/rules/none"),
    fileset("${path.module}/rules", "*.rules"),
    [for name in fileset("${path.module}", "rules/*.{rules,txt}") : trimsuffix(basename(name), ".rules")],
    filesha256("${path.module}/rules/b.rules"),
    filebase64("${path.module}/rules/b.rules"),
    join("\n", [for name in sort(fileset("${path.module}/rules", "*.rules")) : chomp(file("${path.module}/rules/${name}"))]),
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "files"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
