variable "rules" {
  type = list(object({
    action  = string
    ports   = list(number)
    options = optional(map(list(string)), {})
  }))
  default = [
    { action = "pass", ports = [80, 443], options = { flow = ["to_server", "established"] } },
    { action = "drop", ports = [] },
    { action = "alert", ports = [22] },
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "dynamic-nested"
  type     = "STATEFUL"
  capacity = 10

  dynamic "rule_group" {
    for_each = length(var.rules) > 0 ? [var.rules] : []
    content {
      dynamic "rules_source" {
        for_each = [rule_group.value]
        iterator = source
        content {
          stateful_rule {
            action = "ALERT"
            header {
              destination      = "ANY"
              destination_port = 1
              direction        = "ANY"
              protocol         = "IP"
              source           = "ANY"
              source_port      = "ANY"
            }
            rule_option {
              keyword = "sid:1"
            }
          }
          dynamic "stateful_rule" {
            for_each = flatten([for index, rule in source.value : [for port in rule.ports : { index = index, rule = rule, port = port }]])
            content {
              action = upper(stateful_rule.value.rule.action)
              dynamic "header" {
                for_each = [stateful_rule.value.port]
                content {
                  destination      = "ANY"
                  destination_port = header.value
                  direction        = "FORWARD"
                  protocol         = "TCP"
                  source           = "ANY"
                  source_port      = "ANY"
                }
              }
              dynamic "rule_option" {
                for_each = merge({ sid = [tostring(100 + stateful_rule.key)] }, stateful_rule.value.rule.options)
                content {
                  keyword  = rule_option.key
                  settings = rule_option.value
                }
              }
            }
          }
          stateful_rule {
            action = "DROP"
            header {
              destination      = "ANY"
              destination_port = "ANY"
              direction        = "ANY"
              protocol         = "IP"
              source           = "ANY"
              source_port      = "ANY"
            }
            rule_option {
              keyword  = "sid"
              settings = [2]
            }
          }
        }
      }
    }
  }
}
