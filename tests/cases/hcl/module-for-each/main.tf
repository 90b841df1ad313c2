module "by_map" {
  source   = "./group"
  for_each = { web = 443, mail = 25 }
  name     = each.key
  port     = each.value
}

module "by_set" {
  source   = "./group"
  for_each = toset(["dns", "ntp"])
  name     = each.value
  port     = 53
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "module-for-each"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_rule_group_reference {
      resource_arn = module.by_map["web"].arn
    }

    dynamic "stateful_rule_group_reference" {
      for_each = concat(values(module.by_set)[*].arn, [for name, group in module.by_map : group.arn if name != "web"])
      content {
        resource_arn = stateful_rule_group_reference.value
      }
    }
  }
}
