module "part" {
  source   = "./part"
  for_each = { a = "1", b = "2" }
  text     = each.value
}

module "single" {
  source = "./part"
  text   = "s"
}

locals {
  whole = module.single
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "module-values"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([module.part["a"].text, [for part in module.part : part.text], values(module.part)[*].text, { for key, part in module.part : key => part.list[0] }, local.whole.text, module.single.list[1].deep, keys(module.part)])
}
