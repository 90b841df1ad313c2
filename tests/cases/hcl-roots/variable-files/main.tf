terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = local.region
}

locals {
  region = "eu-${var.zone}-1"
}

variable "zone" {
  default = "west"
}

variable "from_tfvars" {}

variable "from_json" {
  type = object({ port = number, text = string })
}

variable "from_auto" {}

variable "from_later_auto" {}

variable "from_file" {
  type = list(string)
}

variable "from_command_line" {
  type = map(number)
}

variable "from_first_file" {}

variable "from_second_file" {}

variable "literal" {
  type = string
}

variable "untyped_literal" {}

variable "flag" {
  type = bool
}

variable "nothing" {
  type    = any
  default = "not null"
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "variable-files"
  type     = "STATEFUL"
  capacity = 10
  rules = jsonencode([
    var.from_tfvars, var.from_json, var.from_auto, var.from_later_auto, var.from_file, var.from_command_line,
    var.from_first_file, var.from_second_file, var.literal, var.untyped_literal, var.flag, var.nothing, path.root, path.module, file("rules.txt"),
  ])
}

resource "aws_networkfirewall_firewall" "this" {
  name                = "firewall"
  firewall_policy_arn = "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/there"
  vpc_id              = "vpc-0123456789abcdef0"
}
