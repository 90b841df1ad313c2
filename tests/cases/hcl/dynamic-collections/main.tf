locals {
  by_list   = ["10.0.0.0/8", "172.16.0.0/12"]
  by_map    = { TWO = ["10.2.0.0/16"], ONE = ["10.1.0.0/16", "10.1.0.0/16"] }
  by_set    = toset(["Z", "Y"])
  by_object = { A = { cidrs = "192.0.2.0/24" }, B = { cidrs = "198.51.100.0/24", more = true } }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "dynamic-collections"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rule_variables {
      dynamic "ip_sets" {
        for_each = local.by_list
        content {
          key = "LIST_${ip_sets.key}"
          ip_set {
            definition = [ip_sets.value]
          }
        }
      }
      dynamic "ip_sets" {
        for_each = local.by_map
        content {
          key = ip_sets.key
          ip_set {
            definition = ip_sets.value
          }
        }
      }
      dynamic "ip_sets" {
        for_each = local.by_set
        iterator = it
        content {
          key = "${it.key}_${it.value}"
          ip_set {
            definition = local.by_list
          }
        }
      }
      dynamic "ip_sets" {
        for_each = local.by_object
        content {
          key = ip_sets.key
          dynamic "ip_set" {
            for_each = [ip_sets.value.cidrs]
            content {
              definition = [ip_set.value, "${ip_sets.key == "A" ? "10.9.0.0" : "10.8.0.0"}/16"]
            }
          }
        }
      }
    }
    rules_source {
      rules_string = "pass ip $A any -> $B any (sid:1;)"
    }
  }
}
