locals {
  name   = "n"
  list   = ["a", "b", "c"]
  plain  = "x ${local.name} y $${literal} %%{literal} \"q\" \\ \u00e9 tab\t."
  loop   = "%{for i, v in local.list}${i}${v}%{if i < 2},%{endif}%{endfor}"
  strip  = <<EOT
  head
%{for v in local.list~}
    - ${v}
%{endfor~}
  tail ${~"  squeezed  "~}   end
EOT
  flush  = <<-EOT
      two
        four
    zero %{if local.name == "n"}yes%{else}no%{endif}
      $${kept} \n
  EOT
  number = 1
  joined = "${1}${true}"
}

resource "aws_networkfirewall_rule_group" "this" {
  name     = "templates"
  type     = "STATEFUL"
  capacity = 10
  rules    = jsonencode([local.plain, local.loop, local.strip, local.flush, local.number, local.joined])
}
