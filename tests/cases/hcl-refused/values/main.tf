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

resource "aws_networkfirewall_rule_group" "null_part" {
  name     = "null_part"
  type     = "STATEFUL"
  capacity = 10
  rules    = "x ${var.nothing}"
}

resource "aws_networkfirewall_rule_group" "no_element" {
  name     = "no_element"
  type     = "STATEFUL"
  capacity = 10
  rules    = var.texts[7]
}

resource "aws_networkfirewall_rule_group" "no_attribute" {
  name     = "no_attribute"
  type     = "STATEFUL"
  capacity = 10
  rules    = { a = 1 }[var.texts[0] == "a" ? "b" : "c"]
}

resource "aws_networkfirewall_rule_group" "no_number" {
  name     = "no_number"
  type     = "STATEFUL"
  capacity = 10
  rules    = tonumber(var.texts[0])
}

resource "aws_networkfirewall_rule_group" "no_file" {
  name     = "no_file"
  type     = "STATEFUL"
  capacity = 10
  rules    = file("${path.module}/missing-${var.texts[0]}")
}

resource "aws_networkfirewall_rule_group" "same_keys" {
  name     = "same_keys"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode({ for x in var.texts : "same" => x })
}

resource "aws_networkfirewall_rule_group" "every_try" {
  name     = "every_try"
  type     = "STATEFUL"
  capacity = 10
  rules    = try(var.texts[9], tonumber("x${var.texts[0]}"))
}

resource "aws_networkfirewall_rule_group" "bad_json" {
  name     = "bad_json"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsondecode("{${var.texts[0]}")
}

resource "aws_networkfirewall_rule_group" "null_condition" {
  name     = "null_condition"
  type     = "STATEFUL"
  capacity = 10
  rules    = var.nothing ? "a" : "b"
}

resource "aws_networkfirewall_rule_group" "null_spread" {
  name     = "null_spread"
  type     = "STATEFUL"
  capacity = 10
  rules    = join(",", var.nothing...)
}

resource "aws_networkfirewall_rule_group" "bad_regex" {
  name     = "bad_regex"
  type     = "STATEFUL"
  capacity = 10
  rules    = regex("^z", var.texts[0])
}

resource "aws_networkfirewall_rule_group" "null_operand" {
  name     = "null_operand"
  type     = "STATEFUL"
  capacity = 10
  rules    = 1 + var.nothing
}

resource "aws_networkfirewall_rule_group" "bad_count" {
  count    = -length(var.texts)
  name     = "bad_count"
  type     = "STATEFUL"
  capacity = 10
  rules    = "none"
}

resource "aws_networkfirewall_rule_group" "bad_each" {
  for_each = var.texts
  name     = "bad_each"
  type     = "STATEFUL"
  capacity = 10
  rules    = "none"
}

resource "aws_networkfirewall_rule_group" "bad_dynamic" {
  name     = "bad_dynamic"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rules_source {
      rules_string = "none"
    }
    dynamic "stateful_rule_options" {
      for_each = var.nothing
      content {
        rule_order = "STRICT_ORDER"
      }
    }
  }
}
