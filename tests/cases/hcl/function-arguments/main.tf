locals {
  lists = [[1, 2], [3], []]
  args  = ["%s-%s", "a", "b"]
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "function-arguments"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([concat(local.lists...), format(local.args...), max([4, 9, 2]...), merge([{ a = 1 }, { b = 2 }]...), setproduct(["a", "b"], [1, 2]), zipmap(["k", "l"], [1, 2]), chunklist([1, 2, 3], 2), distinct([1, 1, 2]), compact(["a", "", null]), coalesce(null, "", "c"), coalescelist([], [1]), transpose({ a = ["x"] }), regexall("[0-9]+", "a1b22")])
}
