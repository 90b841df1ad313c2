provider "aws" {
  alias  = "beijing"
  region = "cn-north-1"

  assume_role {
    role_arn = "arn:aws-cn:iam::111122223333:role/terraform"
  }
}

provider "aws" {
  alias               = "one_account"
  region              = local.north
  allowed_account_ids = ["111122223333"]
}

data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "beijing" {
  provider = aws.beijing
}

data "aws_partition" "beijing" {
  provider = aws.beijing
}

data "aws_caller_identity" "beijing" {
  provider = aws.beijing
}

data "aws_region" "north" {
  provider = aws.one_account
}

data "aws_caller_identity" "one" {
  provider = aws.one_account
}

data "aws_region" "asked" {
  for_each = toset(["eu-south-1", "us-gov-east-1"])
  name     = each.key
}

data "aws_availability_zones" "current" {}

locals {
  north  = "eu-north-1"
  region = data.aws_region.current
  zones  = [for letter in ["a", "b"] : "${data.aws_region.current.name}${letter}"]
  known = [
    data.aws_region.current.name,
    data.aws_region.current.id,
    local.region.region,
    data.aws_partition.current.partition,
    data.aws_partition.current.dns_suffix,
    data.aws_partition.current.reverse_dns_prefix,
    data.aws_region.beijing.name,
    data.aws_partition.beijing.id,
    data.aws_partition.beijing.dns_suffix,
    data.aws_partition.beijing.reverse_dns_prefix,
    data.aws_caller_identity.beijing.account_id,
    data.aws_region.north.id,
    data.aws_caller_identity.one.account_id,
    [for name, region in data.aws_region.asked : "${name} ${region.name}"],
    module.inner.region,
    local.zones,
  ]
}

module "inner" {
  source    = "./inner"
  providers = { aws = aws.beijing }
}

resource "aws_networkfirewall_rule_group" "known" {
  name     = "data-sources"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.known)
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "asked"
  type     = "STATEFUL"
  capacity = 10
  rules    = "pass ip any any -> any any (msg:\"${data.aws_caller_identity.current.account_id} ${data.aws_availability_zones.current.names[0]}\"; sid:1;)"
}

resource "aws_networkfirewall_rule_group" "fixed" {
  name     = "fixed"
  type     = "STATEFUL"
  capacity = 10
  rules    = "drop ip any any -> any any (sid:${length(local.zones)};)"
}
