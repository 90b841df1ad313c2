resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "more" {
  count      = 2
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "references"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rule_variables {
      ip_sets {
        key = "MAIN"
        ip_set {
          definition = [aws_vpc.main.cidr_block]
        }
      }
      ip_sets {
        key = "MORE"
        ip_set {
          definition = concat(aws_vpc.more[*].cidr_block, aws_vpc.more.*.cidr_block, [for vpc in aws_vpc.more : cidrhost(vpc.cidr_block, 1)])
        }
      }
      port_sets {
        key = "PORTS"
        port_set {
          definition = [443, "8000:8080"]
        }
      }
    }
    rules_source {
      rules_string = <<-RULES
        pass tcp $MORE any -> ${cidrhost(aws_vpc.more[1].cidr_block, 5)} $PORTS (sid:1;)
        drop ip any any -> any any (sid:2;)
      RULES
    }
  }
}
