variable "names" {
  type    = list(string)
  default = []
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "dynamic-none"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    dynamic "rule_variables" {
      for_each = length(var.names) > 0 ? [1] : []
      content {
        dynamic "ip_sets" {
          for_each = var.names
          content {
            key = ip_sets.value
            ip_set {
              definition = []
            }
          }
        }
      }
    }
    rules_source {
      rules_string = "drop ip any any -> any any (sid:1;)"
    }
    dynamic "stateful_rule_options" {
      for_each = [for order in ["STRICT_ORDER"] : order if var.names == tolist([])]
      content {
        rule_order = stateful_rule_options.value
      }
    }
  }
}
