terraform {
  required_version = ">= 1.3"
}

resource "aws_networkfirewall_rule_group" "this" {
  name       = "ignored-parts"
  type       = "STATEFUL"
  capacity   = 10
  rules      = "drop ip any any -> any any (sid:1;)"
  depends_on = [aws_vpc.main]
  tags       = { name = upper("x") }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags]
    postcondition {
      condition     = self.name != ""
      error_message = "no name"
    }
  }

  provisioner "local-exec" {
    command = "echo ${self.name}"
    when    = create
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.3.0.0/16"
}

moved {
  from = aws_networkfirewall_rule_group.before
  to   = aws_networkfirewall_rule_group.this
}

check "reachable" {
  assert {
    condition     = aws_vpc.main.cidr_block == "10.3.0.0/16"
    error_message = "moved"
  }
}
