variable "teams" {
  default = {
    red  = { tcp = [80, 443], udp = [53] }
    blue = { tcp = [22] }
  }
}

locals {
  pairs = flatten([
    for team, protocols in var.teams : [
      for protocol, ports in protocols : [
        for port in ports : { key = "${team}-${protocol}-${port}", protocol = protocol, port = port }
      ]
    ]
  ])
  by_key  = { for pair in local.pairs : pair.key => pair }
  ordered = [for key in sort(keys(local.by_key)) : merge(local.by_key[key], { sid = index(sort(keys(local.by_key)), key) + 1 })]
  text = join("\n", [
    for rule in local.ordered : format("pass %s any any -> any %v (msg:%q; sid:%05d;)", rule.protocol, rule.port, rule.key, rule.sid)
  ])
  hash = substr(sha1(local.text), 0, 6)
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "merged-${local.hash}"
  type     = "STATEFUL"
  capacity = 10
  rules    = local.text
}
