resource "aws_networkfirewall_rule_group" "json_list" {
  name     = "json_list"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = jsondecode(file("list.json"))
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "json_names" {
  name     = "json_names"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = jsondecode(templatefile("names.json", { office = "10.1.0.0/16" }))
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "csv" {
  name     = "csv"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = csvdecode(file("rules.csv"))
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "yaml" {
  name     = "yaml"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = yamldecode(file("rules.yaml")).rules
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "yaml_text" {
  name     = "yaml_text"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = yamldecode(file("rules.yaml")).text
    }
  }
}
resource "aws_networkfirewall_rule_group" "variable" {
  name     = "variable"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = var.rules
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "made" {
  name     = "made"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = [for rule in jsondecode(file("list.json")) : { sid = rule.sid, source = rule.source, name = "made" }]
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "merged" {
  name     = "merged"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = [for rule in jsondecode(file("defaults.json")).rules : merge(jsondecode(file("defaults.json")).defaults, rule)]
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "one_line" {
  name     = "one_line"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = jsondecode(file("line.json"))
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}
resource "aws_networkfirewall_rule_group" "anchors" {
  name     = "anchors"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = yamldecode(file("anchors.yaml"))
        content {
          action = "PASS"
          header {
            protocol         = "TCP"
            source           = stateful_rule.value.source
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }
          rule_option {
            keyword  = "sid"
            settings = [stateful_rule.value.sid]
          }
        }
      }
    }
  }
}

variable "rules" {
  type = list(object({ sid = string, source = string, note = optional(string, "none") }))
}
