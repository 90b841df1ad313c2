locals {
  result = [path.module, path.root, terraform.workspace, basename(path.module), abspath("/a/../b"), dirname("a/b/c")]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "paths-and-workspace"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
