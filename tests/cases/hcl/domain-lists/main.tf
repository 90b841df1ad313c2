variable "lists" {
  type = map(object({
    action  = string
    domains = set(string)
    types   = optional(list(string), ["HTTP_HOST", "TLS_SNI"])
  }))
  default = {
    allowed = { action = "ALLOWLIST", domains = [".example.com", "www.example.org", ".example.com"] }
    denied  = { action = "DENYLIST", domains = ["bad.example"], types = ["TLS_SNI"] }
  }
}

resource "aws_networkfirewall_rule_group" "this" {
  for_each = var.lists
  name     = each.key
  type     = "STATEFUL"
  capacity = max(length(each.value.domains) * 2, 10)

  rule_group {
    rules_source {
      rules_source_list {
        generated_rules_type = each.value.action
        target_types         = each.value.types
        targets              = each.value.domains
      }
    }
  }
}
