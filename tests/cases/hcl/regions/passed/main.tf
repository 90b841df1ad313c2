variable "policy" {}

resource "aws_networkfirewall_firewall" "this" {
  name                = "passed"
  firewall_policy_arn = var.policy
  vpc_id              = "vpc-0123456789abcdef2"
}
