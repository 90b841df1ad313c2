variable "secret" {
  sensitive = true
  default   = "10.6.0.0/16"
}

module "inner" {
  source = "./inner"
  secret = var.secret
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "sensitive"
  type     = "STATEFUL"
  capacity = 10

  rule_group {
    rule_variables {
      ip_sets {
        key = "SECRET"
        ip_set {
          definition = ["10.5.0.0/16", var.secret]
        }
      }
      ip_sets {
        key = "OPEN"
        ip_set {
          definition = [nonsensitive(var.secret)]
        }
      }
    }
    rules_source {
      rules_string = sensitive("pass ip $SECRET any -> any any (sid:1;)")
    }
  }
}

resource "aws_networkfirewall_rule_group" "text" {
  name     = "sensitive-text"
  type     = "STATEFUL"
  capacity = 10
  rules    = module.inner.text
}
