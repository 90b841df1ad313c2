resource "aws_networkfirewall_rule_group" "branch" {
  name     = "branch"
  type     = "STATEFUL"
  capacity = 50
  rules    = file("${path.module}/rules/branch.rules")
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "branch"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    stateful_engine_options {
      stream_exception_policy = "REJECT"
    }

    stateful_rule_group_reference {
      resource_arn = aws_networkfirewall_rule_group.branch.arn
    }
  }
}
