locals {
  decomposed = "e\u0301"
  wide       = "日本 ${"語"} 🦀"
  escaped    = "\U0001F980 \u65e5"
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "unicode"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([local.decomposed, length(local.decomposed), local.wide, local.escaped, upper("straße"), length("🦀é"), reverse(["ä", "z"])])
}
