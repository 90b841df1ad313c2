locals {
  from_json = jsondecode(file("${path.module}/rules.json"))
  from_yaml = yamldecode(file("${path.module}/rules.yaml"))
  from_csv  = csvdecode(file("${path.module}/rules.csv"))
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "data-files"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = { for key, rule in local.from_json : key => rule if try(rule.enabled, true) }
        content {
          action = stateful_rule.value.action
          header {
            destination      = stateful_rule.value.destination_ip
            destination_port = stateful_rule.value.destination_port
            direction        = "ANY"
            protocol         = stateful_rule.value.protocol
            source           = "ANY"
            source_port      = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [index(keys(local.from_json), stateful_rule.key) + 1]
          }
        }
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "text" {
  name     = "data-files-text"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([local.from_yaml, local.from_csv, [for row in local.from_csv : tonumber(row.port) + 1]])
}
