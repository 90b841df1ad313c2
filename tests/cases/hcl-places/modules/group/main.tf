variable "rules" {
  type = list(string)
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "this"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rules_source {
      rules_string = join("\n", concat(var.rules, ["drop ip any any -> any any (sid:9;)"]))
    }
  }
}
