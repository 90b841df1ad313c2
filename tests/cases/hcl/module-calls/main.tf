module "outer" {
  source = "./outer"
  prefix = "p"
  rules  = ["pass ip any any -> any any (sid:1;)"]
  absent = null
}

output "all" {
  value = module.outer.text
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "module-calls"
  type     = "STATEFUL"
  capacity = 10
  rules    = module.outer.text
}
