resource "aws_networkfirewall_rule_group" "heredoc" {
  name     = "heredoc"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = <<EOT
# not a rule
pass tcp any any -> any 1 (sid:1;)

  pass tcp any any -> any 2 \
    (sid:2;)
pass tcp any any -> any 3 (sid:3;)
EOT

    }
  }
}
resource "aws_networkfirewall_rule_group" "flush" {
  name     = "flush"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = <<-EOT
        pass tcp any any -> any 1 (sid:1;)
          pass tcp any any -> any 2 (sid:2;)
      EOT

    }
  }
}
resource "aws_networkfirewall_rule_group" "quoted" {
  name     = "quoted"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = "pass tcp any any -> any 1 (sid:1;)\npass tcp any any -> any 2 (sid:2;)"
    }
  }
}
resource "aws_networkfirewall_rule_group" "strips" {
  name     = "strips"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = <<EOT
%{ if true ~}
pass tcp any any -> any 1 (sid:1;)
%{ endif ~}
%{ for port in [2, 3] ~}
pass tcp any any -> any ${port} (sid:${port};)
%{ endfor ~}
pass tcp any any -> any 4 ${
  "(sid:4;)"
}
pass tcp any any -> any 5 (sid:5;)
EOT

    }
  }
}

locals {
  one = "pass tcp any any -> any 1 (sid:1;)"
  two = <<EOT
pass tcp any any -> any 2 (sid:2;)
pass tcp any any -> any 3 (sid:3;)
EOT
}

resource "aws_networkfirewall_rule_group" "whole_lines" {
  name     = "whole_lines"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = <<EOT
${local.one}
${local.two}
pass tcp any any -> any 4 (sid:4;) ${"# a comment"}
EOT

    }
  }
}
resource "aws_networkfirewall_rule_group" "list" {
  name     = "list"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = join("\n", [
        local.one,
        "pass tcp any any -> any 2 (sid:2;)",
        format("pass tcp any any -> any %d (sid:3;)", 3),
      ])
    }
  }
}
resource "aws_networkfirewall_rule_group" "rules_argument" {
  name     = "rules_argument"
  type     = "STATEFUL"
  capacity = 100
  rules = local.two
}
resource "aws_networkfirewall_rule_group" "digest" {
  name     = "digest"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = "pass tcp any any -> any 1 (msg:\"${md5(local.one)}\"; sid:1;)"
    }
  }
}
resource "aws_networkfirewall_rule_group" "moved" {
  name     = "moved"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = replace(local.two, "/pass/", "drop")
    }
  }
}
