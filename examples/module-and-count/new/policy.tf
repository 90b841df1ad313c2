locals {
  groups = [
    {
      name     = "media-baseline"
      attached = true
      rules    = ["drop ip $HOME_NET any -> any any"]
    },
    {
      name     = "media-web"
      attached = true
      rules    = ["pass tcp $HOME_NET any -> any [80,443]"]
    },
    {
      name     = "media-ftp"
      attached = false
      rules = [
        "pass tcp $HOME_NET any -> 192.0.2.21 21",
        "pass tcp $HOME_NET any -> 192.0.2.21 1024:",
      ]
    },
  ]
}

module "group" {
  source = "./modules/group"
  count  = length(local.groups)

  name  = local.groups[count.index].name
  rules = local.groups[count.index].rules
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "media"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    stateful_engine_options {
      stream_exception_policy = "REJECT"
    }

    dynamic "stateful_rule_group_reference" {
      for_each = [for index, group in local.groups : module.group[index].arn if group.attached]
      content {
        resource_arn = stateful_rule_group_reference.value
      }
    }
  }
}
