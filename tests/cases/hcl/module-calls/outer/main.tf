variable "prefix" {
  type = string
}

variable "rules" {
  type = list(string)
}

variable "absent" {
  type     = string
  nullable = false
  default  = "default"
}

module "inner" {
  source = "../inner"
  text   = join("|", concat([var.prefix, var.absent], var.rules))
}

output "text" {
  value = "${module.inner.text} ${path.module}"
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "module-calls-outer"
  type     = "STATEFUL"
  capacity = 10
  rules    = var.rules[0]
}
