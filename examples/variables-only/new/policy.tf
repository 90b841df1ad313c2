variable "build_agents" {
  description = "Networks of the build agents."
  type        = list(string)
}

resource "aws_networkfirewall_rule_group" "build" {
  name     = "build"
  type     = "STATEFUL"
  capacity = 50

  rule_group {
    rule_variables {
      ip_sets {
        key = "BUILD_AGENTS"
        ip_set {
          definition = var.build_agents
        }
      }
      ip_sets {
        key = "ARTIFACTS"
        ip_set {
          definition = ["198.51.100.0/25"]
        }
      }
      port_sets {
        key = "REGISTRY_PORTS"
        port_set {
          definition = ["443", "8443"]
        }
      }
    }
    rules_source {
      rules_string = <<-EOT
        pass tcp $BUILD_AGENTS any -> $ARTIFACTS $REGISTRY_PORTS (msg:"fetch and publish artifacts"; sid:2001; rev:1;)
        pass udp $BUILD_AGENTS any -> 10.200.0.53 53 (msg:"name resolution of build agents"; sid:2002; rev:1;)
        pass icmp $HOME_NET any -> $HOME_NET any (msg:"ping inside"; sid:2003; rev:1;)
      EOT
    }
    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "build"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_strict", "aws:alert_strict"]

    policy_variables {
      rule_variables {
        key = "HOME_NET"
        ip_set {
          definition = ["10.50.0.0/16", "10.51.0.0/16"]
        }
      }
    }

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      priority     = 100
      resource_arn = aws_networkfirewall_rule_group.build.arn
    }
  }
}
