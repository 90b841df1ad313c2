module "east" {
  source = "./group"
  rules = [
    "pass tcp any any -> any 1 (sid:1;)",
    "pass tcp any any -> any 2 (sid:2;)",
  ]
}

module "west" {
  source = "./group"
  rules  = []
}
