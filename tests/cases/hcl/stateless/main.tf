locals {
  rules = {
    10 = { actions = ["aws:pass"], from = 1024, to = null, protocols = [6, "17"] }
    20 = { actions = ["aws:drop", "count"], from = 53, to = 53, protocols = [] }
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "stateless"
  type     = "STATELESS"
  capacity = 100

  rule_group {
    rules_source {
      stateless_rules_and_custom_actions {
        custom_action {
          action_name = "count"
          action_definition {
            publish_metric_action {
              dimension {
                value = 2
              }
            }
          }
        }
        dynamic "stateless_rule" {
          for_each = local.rules
          content {
            priority = stateless_rule.key
            rule_definition {
              actions = stateless_rule.value.actions
              match_attributes {
                protocols = stateless_rule.value.protocols
                source {
                  address_definition = "0.0.0.0/0"
                }
                dynamic "source_port" {
                  for_each = stateless_rule.value.to == null ? [] : [stateless_rule.value]
                  content {
                    from_port = source_port.value.from
                    to_port   = source_port.value.to
                  }
                }
                destination_port {
                  from_port = stateless_rule.value.from
                  to_port   = stateless_rule.value.to
                }
                tcp_flag {
                  flags = ["SYN"]
                  masks = ["SYN", "ACK"]
                }
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "stateless"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateless_rule_group_reference {
      priority     = "5"
      resource_arn = aws_networkfirewall_rule_group.this.arn
    }

    stateless_custom_action {
      action_name = "metric"
      action_definition {
        publish_metric_action {
          dimension {
            value = "d"
          }
        }
      }
    }
  }
}
