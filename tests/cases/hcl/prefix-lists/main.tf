variable "partners" {
  type = list(object({ cidr = string, description = optional(string) }))
  default = [
    { cidr = "192.0.2.0/25" },
    { cidr = "198.51.100.0/26", description = "bank" },
  ]
}

resource "aws_ec2_managed_prefix_list" "blocks" {
  name           = "blocks"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr = "203.0.113.0/24"
  }
  dynamic "entry" {
    for_each = var.partners
    content {
      cidr        = entry.value.cidr
      description = entry.value.description
    }
  }
}

resource "aws_ec2_managed_prefix_list" "entries" {
  name           = "entries"
  address_family = "IPv4"
  max_entries    = 5
}

resource "aws_ec2_managed_prefix_list_entry" "more" {
  for_each       = toset(var.partners[*].cidr)
  cidr           = each.key
  prefix_list_id = aws_ec2_managed_prefix_list.entries.id
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "prefix-lists"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    reference_sets {
      dynamic "ip_set_references" {
        for_each = { BLOCKS = aws_ec2_managed_prefix_list.blocks.arn, ENTRIES = aws_ec2_managed_prefix_list.entries.arn }
        content {
          key = ip_set_references.key
          ip_set_reference {
            reference_arn = ip_set_references.value
          }
        }
      }
    }
    rules_source {
      rules_string = "pass ip @BLOCKS any -> @ENTRIES any (sid:1;)"
    }
  }
}
