variable "text" {}

output "text" {
  value = "<${var.text}>"
}

output "list" {
  value = [var.text, { deep = "d${var.text}" }]
}
