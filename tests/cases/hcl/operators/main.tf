locals {
  result = [
    1 + 2 * 3 - 4 / 8, 7 % 3, -7 % 3, (1 + 2) * 3, -(5), !false, 1 < 2, 2 <= 2, "a" == "a", 1 == "1", [1] == [1],
    { a = 1 } == { a = 1 }, 1 != 2, true && false || true, "10" + 5, 0.1 + 0.2, 1 / 4 > 0.2, 1e3, 10 / 4, null == null,
    tolist(["a"]) == tolist(["a"]), toset([1, 2]) == toset([2, 1]), "é" == "é", 2 * 3.5
  ]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "operators"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode(local.result)
}
