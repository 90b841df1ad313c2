variable "text" {}

output "text" {
  value = upper(var.text)
}
