data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  zones = [for letter in ["a", "b"] : "${data.aws_region.current.name}${letter}"]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "data-sources"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (msg:\"${data.aws_region.current.name}\"; sid:1;)"
}

resource "aws_networkfirewall_rule_group" "fixed" {
  name     = "fixed"
  type     = "STATEFUL"
  capacity = 10
  rules    = "drop ip any any -> any any (sid:${length(local.zones)};)"
}
