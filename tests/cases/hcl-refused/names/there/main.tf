output "text" {
  value = "text"
}
