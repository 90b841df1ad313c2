terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "revision" {
  description = "Which rules: old or new. A real repository has them in two commits."
  type        = string
}

variable "rule_order" {
  type = string
}

variable "stream_exception_policy" {
  type = string
}

locals {
  desks = "10.10.1.128/26"
  # Whom the desks may talk to over TLS.
  names = {
    old = [".example.com", "partner.example.net"]
    new = [".example.com"]
  }
}

resource "aws_vpc" "clients" {
  cidr_block = "10.10.1.0/24"
}

resource "aws_subnet" "firewall" {
  vpc_id            = aws_vpc.clients.id
  cidr_block        = "10.10.1.240/28"
  availability_zone = "eu-west-1a"
}

resource "aws_networkfirewall_rule_group" "names" {
  name     = "names"
  type     = "STATEFUL"
  capacity = 100

  rule_group {
    stateful_rule_options {
      rule_order = var.rule_order
    }
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = [local.desks]
        }
      }
    }
    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = ["TLS_SNI"]
        targets              = local.names[var.revision]
      }
    }
  }
}

resource "aws_networkfirewall_rule_group" "connections" {
  name     = "connections"
  type     = "STATEFUL"
  capacity = 100

  rule_group {
    stateful_rule_options {
      rule_order = var.rule_order
    }
    rule_variables {
      ip_sets {
        key = "DESKS"
        ip_set {
          definition = [local.desks]
        }
      }
    }
    rules_source {
      rules_string = file("${path.module}/rules/${var.revision}.rules")
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "lab" {
  name = "lab"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = var.rule_order == "STRICT_ORDER" ? ["aws:alert_established"] : null

    stateful_engine_options {
      rule_order              = var.rule_order
      stream_exception_policy = var.stream_exception_policy
    }

    dynamic "stateful_rule_group_reference" {
      for_each = [
        aws_networkfirewall_rule_group.names.arn,
        aws_networkfirewall_rule_group.connections.arn,
      ]
      content {
        priority     = var.rule_order == "STRICT_ORDER" ? 10 * (stateful_rule_group_reference.key + 1) : null
        resource_arn = stateful_rule_group_reference.value
      }
    }
  }
}

resource "aws_networkfirewall_firewall" "lab" {
  name                = "lab"
  vpc_id              = aws_vpc.clients.id
  firewall_policy_arn = aws_networkfirewall_firewall_policy.lab.arn

  subnet_mapping {
    subnet_id = aws_subnet.firewall.id
  }
}
