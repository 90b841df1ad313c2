locals {
  zones = {
    a = { ports = [80, 443] }
    b = { ports = [] }
    c = { ports = [22] }
  }
}

module "zone" {
  source   = "./zone"
  for_each = local.zones
  zone     = each.key
  ports    = each.value.ports
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "nested-for-each"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode({ for name, zone in module.zone : name => zone.names })
}
