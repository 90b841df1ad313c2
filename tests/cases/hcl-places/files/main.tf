resource "aws_networkfirewall_rule_group" "whole" {
  name     = "whole"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = file("${path.module}/a.rules")
    }
  }
}
resource "aws_networkfirewall_rule_group" "both" {
  name     = "both"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = join("\n", [file("a.rules"), file("b.rules")])
    }
  }
}
resource "aws_networkfirewall_rule_group" "trimmed" {
  name     = "trimmed"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = trimspace(file("a.rules"))
    }
  }
}
resource "aws_networkfirewall_rule_group" "chosen" {
  name     = "chosen"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = join("\n", [for line in split("\n", file("a.rules")) : line if !startswith(line, "#")])
    }
  }
}
resource "aws_networkfirewall_rule_group" "replaced" {
  name     = "replaced"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = replace(file("a.rules"), "tcp", "udp")
    }
  }
}
resource "aws_networkfirewall_rule_group" "from_template" {
  name     = "from_template"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = templatefile("rules.tftpl", { ports = [2, 3], first = "pass tcp any any -> any 1 (sid:1;)" })
    }
  }
}
resource "aws_networkfirewall_rule_group" "from_text" {
  name     = "from_text"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = templatestring(local.shape, { port = 1 })
    }
  }
}

locals {
  shape = <<EOT
pass tcp any any -> any $${port} (sid:1;)
EOT
}
