terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "nothing" {
  default = null
}

variable "texts" {
  default = ["a", "b"]
}

module "there" {
  source = "./there"
}

resource "aws_networkfirewall_rule_group" "counted" {
  count    = 1
  name     = "counted"
  type     = "STATEFUL"
  capacity = 10
  rules    = "none"
}

resource "aws_networkfirewall_rule_group" "variable" {
  name     = "variable"
  type     = "STATEFUL"
  capacity = 10
  rules    = var.none
}

resource "aws_networkfirewall_rule_group" "local" {
  name     = "local"
  type     = "STATEFUL"
  capacity = 10
  rules    = local.none
}

resource "aws_networkfirewall_rule_group" "resource" {
  name     = "resource"
  type     = "STATEFUL"
  capacity = 10
  rules    = aws_vpc.none.id
}

resource "aws_networkfirewall_rule_group" "module" {
  name     = "module"
  type     = "STATEFUL"
  capacity = 10
  rules    = module.none.out
}

resource "aws_networkfirewall_rule_group" "output" {
  name     = "output"
  type     = "STATEFUL"
  capacity = 10
  rules    = module.there.none
}

resource "aws_networkfirewall_rule_group" "index" {
  name     = "index"
  type     = "STATEFUL"
  capacity = 10
  rules    = aws_networkfirewall_rule_group.counted.name
}

resource "aws_networkfirewall_rule_group" "each" {
  name     = "each"
  type     = "STATEFUL"
  capacity = 10
  rules    = each.key
}

resource "aws_networkfirewall_rule_group" "count" {
  name     = "count"
  type     = "STATEFUL"
  capacity = 10
  rules    = count.index
}

resource "aws_networkfirewall_rule_group" "function" {
  name     = "function"
  type     = "STATEFUL"
  capacity = 10
  rules    = nosuchfunction("a")
}
