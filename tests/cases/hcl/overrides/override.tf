variable "name" {
  default = "first"
}

locals {
  port = 443
}
