variable "secret" {}

output "text" {
  value     = "drop ip ${var.secret} any -> any any (sid:1;)"
  sensitive = true
}
