variable "region" {
  default = "eu-central-1"
}

provider "aws" {
  alias  = "other"
  region = "eu-north-1"
}

resource "aws_networkfirewall_firewall" "here" {
  provider            = aws.other
  name                = "there"
  firewall_policy_arn = aws_networkfirewall_firewall_policy.this.arn
  vpc_id              = "vpc-0123456789abcdef0"
}

resource "aws_networkfirewall_firewall" "own" {
  region              = var.region
  name                = "own"
  firewall_policy_arn = aws_networkfirewall_firewall_policy.this.arn
  vpc_id              = "vpc-0123456789abcdef1"
}

module "passed" {
  source    = "./passed"
  providers = { aws = aws.other }
  policy    = aws_networkfirewall_firewall_policy.this.arn
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = "regions"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

  }
}
