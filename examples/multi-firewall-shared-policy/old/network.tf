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

locals {
  sites = {
    north = "10.130.0.0/16"
    south = "10.131.0.0/16"
  }
}

resource "aws_vpc" "site" {
  for_each = local.sites

  cidr_block = each.value
}

resource "aws_subnet" "firewall" {
  for_each = local.sites

  vpc_id            = aws_vpc.site[each.key].id
  cidr_block        = cidrsubnet(each.value, 12, 4080)
  availability_zone = "eu-west-1a"
}

resource "aws_networkfirewall_firewall" "site" {
  for_each = local.sites

  name                = "site-${each.key}"
  vpc_id              = aws_vpc.site[each.key].id
  firewall_policy_arn = aws_networkfirewall_firewall_policy.sites.arn

  subnet_mapping {
    subnet_id = aws_subnet.firewall[each.key].id
  }
}
