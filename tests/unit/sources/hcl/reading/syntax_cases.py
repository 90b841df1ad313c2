"""Texts that are read here and by the real Terraform; none needs a reference, and few a function."""

from __future__ import annotations

from typing import Final

EXPRESSIONS: Final = (
    # precedence and associativity
    *(
        "1 + 2 * 3 - 4 / 2 % 3",
        "10 - 3 - 2",
        "2 * 3 % 4",
        "100 / 10 / 5",
        "-2 + 3",
        "2 - -3",
        "- -3",
        "1 -33",
        "1-1",
    ),
    *(
        "true || false && false",
        "true || false && false == true",
        "!true == false",
        "1 < 2 == true",
        "1 + 1 >= 2",
    ),
    *("!!true", "!(1 == 2) && 3 != 4", "false ? 1 : true ? 2 : 3", "true ? false ? 1 : 2 : 3", "true?1:2"),
    *("true || false ? 1 : 2", "-[5][0]", "1 == 1 ? 2 + 3 : 4", "2 * (3 + 4)", "1 /* + 5 */ + 2 # + 3"),
    "(1 /* one\n */ + # two\n\n 2 // three\n)",
    # numbers
    *("1.5e3", "1E-2", "007", "0.1", "1e+2"),
    # collections and keys
    *("[1, 2,]", "[1\n,\n2 # two\n]", "{ a = 1 -33 }", "{ a = 1, b : 2, }", "{ a = 1\n\n b = 2, c = 3\n}"),
    *(
        '{ true = 1, null = 2, "b c" = 3, (upper("d")) = 4, 1 = 5, in = 6, if = 7 }',
        '{ "${upper("a")}" = 1 }',
    ),
    *('{ true ? "a" : "b" = 1 }', "{ été-1 = 1 }", '{ a = "}" }.a'),
    *("{\n\ta\t=\t1\t,\t\n\tb = 2\t\n}", "{ a = 1\t,\tb = 2 }"),
    # chains
    *("[[1, 2]].0[1]", "[{ a = [5] }].0.a.0", "{ for_each = { in = 1 } }.for_each.in", '{ a = 1 }["a"]'),
    *("[{ a = [1, 2] }, { a = [3, 4] }].*.a.0", "[{ a = [1, 2] }, { a = [3, 4] }].*.a[0]"),
    *("[{ a = [1, 2] }, { a = [3, 4] }][*].a[0]", "([{ a = [1, 2] }, { a = [3, 4] }][*].a)[0]"),
    *("[{ a = [{ b = 1 }, { b = 2 }] }][*].a[*].b", "[{ a = [{ b = 1 }] }][*].a.*.b", "[{ a = 1 }] [ * ] .a"),
    *("[{ a = [1, 2] }].*.a[0][*]", "[{ a = { b = 1 } }].*.a.b", "[1, 2].*", "[1, 2][*]"),
    # calls and loops
    *(
        "max(1, 2,)",
        "max([1, 2]...)",
        "max(0, [1, 2]...)",
        "core::max(1, 2)",
        "core :: max (1, 2)",
        "max(\n1,\n2\n)",
    ),
    *(
        '[for v in ["a"]:v]',
        '[for k, v in { a = 1 } : "${k}${v}" if v > 0]',
        "[for v in [1, 2] : v if -v < -1]",
    ),
    *("{for v in [1, 2] : v => v * 2}", '{ # why\n for v in ["a", "a"] :\n v => 1...\n}'),
    *("[for v in true ? [1] : [2] : v]", "{for k, v in { a = 1 } : upper(k) => v if true}"),
    # quoted templates
    *(
        '""',
        '"a"',
        r'"\n\r\t\"\\\u00e9\U0001F600"',
        '"$${a} %%{b} $$ %% $ % $a"',
        '"$$${1}"',
        '"$$$${1}"',
        '"$${ "',
    ),
    *(
        '"%%%{ if true }"',
        '"a$%{ if true }x%{ endif }"',
        '"100%"',
        '"50%%"',
        '"a$"',
        '"tab\there"',
        '"e\u0301"',
    ),
    *(
        '"${true}"',
        '"${~ [1] ~}"',
        '" ${~ true}"',
        '"${true}${1}"',
        '"${1.50}"',
        '"a${"b${"c"}"}"',
        '"${"}"}"',
    ),
    *(
        '"a \\n  ${~ 1 ~} \\n b"',
        '"a ${~ { b = 1 }.b ~} c"',
        '"1 %{~ if true ~} 2 %{~ else ~} 3 %{~ endif ~} 4"',
    ),
    *(
        '"%{if(false)}x%{else}y%{endif}"',
        '"${\n[\n1\n]\n[0]}"',
        '"\ufeffx"',
        '"a\\u0000b"',
        '"%{ if true }%{ endif }"',
    ),
    '"%{ for i, v in ["a", "b"] }%{ if i == 0 }${v}%{ else }-%{ endif }%{ endfor }"',
    # heredocs
    *(
        "<<E\nE",
        "<<E\n\nE",
        "<<E\na\n b\nE",
        '<<E\n\\n "x" \\\nE',
        "<<E-F\nE\nE-F",
        "<<été\na\nété",
        "<<E\na\n  E \t",
    ),
    *(
        "<<E\n$${a} %%{b}\nE",
        "<<E\n# ${1 /* b */} // c\nE",
        "<<E\n${1}E\nE",
        "<<E\n${true}\nE",
        "<<E\ne\u0301\nE",
    ),
    *(
        "<<-E\n    a\n\n      b\n   \n    c\n  E",
        "<<-E\n\t\ta\n\t b\n E",
        "<<-E\n  a\n\n   b\n  E",
        "<<-E\n \n  E",
    ),
    *(
        "<<-E\n    ${1}\n  b\nE",
        "<<-E\n${1}\n  b\nE",
        "<<-E\n  a ${1}\n    c\nE",
        "<<-E\n\u00a0\u00a0a\n  b\nE",
    ),
    *(
        "<<E\r\na\r\n${1}\r\nE\r",
        "<<-E\r\n  a\r\n\r\n   b\r\n  E\r",
        "<<E\r\na$\r\n${1 ~}%\r\n  b\r\nE\r",
        "[<<A\nx\nA\n, <<-B\n  y\n  B\n]",
    ),
    *("<<E\n${<<E\na\nE\n}\nE", '"${<<E\na\nE\n}"', "<<E\na\n  \n   ${~ 1 ~}   \n  \n b\nE"),
    '<<E\n%{ for v in ["a", "b"] ~}\n    server ${v}\n%{ endfor ~}\nE',
    '<<-E\n  %{ for v in ["a", "b"] ~}\n    server ${v}\n  %{ endfor ~}\n  E',
    "<<-E\n    %{ if true }\n    a\n    %{ else }\n    b\n    %{ endif }\n    E",
    "<<E\n%{ if false }\nx\n%{~ else ~}\n  y\n%{~ endif }\nE",
    "<<-E\n   ${1 ~}\n     a\n  ${~ 2}\n    b\n  E",
    "<<-E\n    a ${~ 1}\n  %{~ if true ~}  \n   b\n%{ endif }\n   c\n  E",
)

FILES: Final = (
    *(
        "",
        "a",
        "a\r\nb\n",
        "${[1]}",
        "${true}\n",
        "${~ true ~}\n",
        '"\\n" $${a} %%{b}',
        "a $",
        "%",
        "  ${1}\n b",
    ),
    "a ${1}\r\n%{ if true ~}\r\n  x\r\n%{ endif ~}\r\ny",
    "%{ for k, v in { a = 1, b = 2 } ~}\n  ${k}=${v}\n%{~ endfor }\n",
)

REFUSED: Final = (
    *(
        'max"${true}"',
        '"a""${true}"',
        '[1 "${true}"]',
        '[1\n"${true}"]',
        "{ a = 1 }.a::b",
        "{ a = 1\n, }",
        '"a" "b"',
    ),
    *(
        "1 +\n2",
        "true ?\n1 : 2",
        "1\n + 2",
        "{ a =\n1 }",
        "{ a = 1 b = 2 }",
        "{ a = 1\n, b = 2 }",
        "{ for = 1 }",
        "[1 2]",
    ),
    *(
        "max([1]..., 2)",
        "max([1]...,)",
        "[[1, 2]].0.1",
        "[[{ a = 1 }]].*.*.a",
        "1.",
        "'a'",
        "1;",
        "1 & 2",
        "a::b",
        "\x00",
    ),
    *(
        '"a\nb"',
        '"a',
        '"\\d"',
        '"\\u00e"',
        '"\\ud83d\\ude00"',
        '"\\U00110000"',
        '"${}"',
        '"${1 2}"',
        '"%{ while }"',
        '"a\rb"',
    ),
    *(
        '"%{ if true }"',
        '"%{ endif }"',
        '"%{ for a in [] }%{ endif }"',
        '"%{ if true }%{ else }%{ else }%{ endif }"',
    ),
    *("<<E.F\na\nE.F", "<<E \na\nE", "<<E\na", "<<E\na\rb\nE", "(1]", "[1", "1)", "/* a", "1 2", "= 1", ""),
)

BODIES_REFUSED: Final = (
    *(
        'max"${true}"',
        '"a""${true}"',
        '[1 "${true}"]',
        '[1\n"${true}"]',
        "{ a = 1 }.a::b",
        "{ a = 1\n, }",
        '"a" "b"',
    ),
    *(
        "a = 1 b = 2",
        "locals {} locals {}",
        "locals {\n a = 1 }",
        "locals { a = 1\n}",
        "locals { a = 1, b = 2 }",
    ),
    *(
        "locals\n{\n}",
        "locals {\n a = 1\n a = 2\n}",
        'output "${a}" {}',
        "locals { b {} }",
        "}",
        "locals {",
        "locals",
    ),
)

JSON: Final = (
    *(
        None,
        True,
        -1.5,
        100,
        "a\\n",
        "$${a} %%{b}",
        "${1 + 1}",
        "a${true}",
        '${upper("a")}',
        "é",
        "${~ 1 ~} x",
    ),
    *(
        ["${[1]}", 1],
        {'${upper("a")}': 1, "b": "c", "//": 2},
        "%{ if true }x%{ endif }",
        "<<E\na\nE\n",
        "\n  a\n",
    ),
)
