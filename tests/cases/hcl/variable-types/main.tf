variable "text" {
  type    = string
  default = 7
}

variable "numbers" {
  type    = list(number)
  default = ["1", "2.50", 3]
}

variable "names" {
  type    = set(string)
  default = ["b", "a", "b", 1]
}

variable "shape" {
  type = object({
    name  = string
    port  = optional(number, 443)
    flags = optional(map(bool), { on = true })
    inner = optional(object({ deep = optional(string, "down") }), {})
    none  = optional(string)
  })
  default = { name = "n", extra = "dropped" }
}

variable "pair" {
  type    = tuple([string, number])
  default = [1, "2"]
}

variable "anything" {
  default = { a = [1, "x", null] }
}

variable "never_null" {
  type     = string
  nullable = false
  default  = "kept"
}

variable "may_be_null" {
  type    = string
  default = null
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "variable-types"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([var.text, var.numbers, var.names, var.shape, var.pair, var.anything, var.never_null, var.may_be_null])
}
