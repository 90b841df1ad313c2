locals {
  # The desks' allow list; the card terminals have their own.
  desk_domains = [".example.com", "login.example.net"]
}

resource "aws_networkfirewall_rule_group" "desks" {
  name     = "desk-domains"
  type     = "STATEFUL"
  capacity = 100

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = ["10.60.16.0/22"]
        }
      }
    }
    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = ["HTTP_HOST", "TLS_SNI"]
        targets              = local.desk_domains
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "terminals" {
  name     = "terminal-domains"
  type     = "STATEFUL"
  capacity = 100

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = ["10.60.8.0/22"]
        }
      }
    }
    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = ["TLS_SNI"]
        targets              = ["pay.example.org"]
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "direct" {
  name     = "direct"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rules_source {
      rules_string = "pass tcp $HOME_NET any -> 192.0.2.0/28 any (msg:\"payroll, by address\"; sid:3101; rev:1;)"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "office"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    stateful_engine_options {
      stream_exception_policy = "REJECT"
    }

    dynamic "stateful_rule_group_reference" {
      for_each = [
        aws_networkfirewall_rule_group.desks.arn,
        aws_networkfirewall_rule_group.direct.arn,
        aws_networkfirewall_rule_group.terminals.arn,
      ]
      content {
        resource_arn = stateful_rule_group_reference.value
      }
    }
  }
}
