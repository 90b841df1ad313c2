rules = [
  # The payment provider: the checkout servers only.
  { source = "10.20.8.0/22", destination = "192.0.2.0/24", port = "443", protocol = "TCP" },
  # The order database in the data centre.
  { source = "10.20.0.0/16", destination = "10.40.0.0/16", port = "5432", protocol = "TCP" },
  # Name resolution.
  { source = "10.20.0.0/16", destination = "10.40.0.53/32", port = "53", protocol = "UDP" },
]
