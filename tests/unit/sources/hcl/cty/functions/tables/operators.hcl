((1) + (2))
((0.1) + (0.2))
(("1") + (2))
(("x") + (1))
((null) + (1))
((true) + (1))
(([1]) + (1))
((1.1) + (1.1))
((100000000000000000000) + (0.00000000000000000001))
((1180591620717411303424) + (1))
((0) + (-5))
((123456789012345678901234567890.123456789) + (3))
((0.1) + (3))
((-3) + (-4))
((1) - (2))
((0.1) - (0.2))
(("1") - (2))
(("x") - (1))
((null) - (1))
((true) - (1))
(([1]) - (1))
((1.1) - (1.1))
((100000000000000000000) - (0.00000000000000000001))
((1180591620717411303424) - (1))
((0) - (-5))
((123456789012345678901234567890.123456789) - (3))
((0.1) - (3))
((-3) - (-4))
((1) * (2))
((0.1) * (0.2))
(("1") * (2))
(("x") * (1))
((null) * (1))
((true) * (1))
(([1]) * (1))
((1.1) * (1.1))
((100000000000000000000) * (0.00000000000000000001))
((1180591620717411303424) * (1))
((0) * (-5))
((123456789012345678901234567890.123456789) * (3))
((0.1) * (3))
((-3) * (-4))
((7) / (2))
((1) / (4))
((-7) / (2))
((0) / (5))
((7) / ("2"))
(("x") / (1))
((1) / (3))
((0.3) / (0.1))
((0.1) / (3))
((10) / (5))
((7) % (3))
((-7) % (3))
((7) % (-3))
((5.5) % (2))
((5.3) % (2))
((5) % (0))
((0) % (3))
((7) % ("x"))
((9223372036854775808) % (10))
((0.3) % (0.1))
((100) % (7))
((1) < (2))
((2) < (2))
(("1") < (2))
(("b") < ("a"))
((null) < (1))
((0.1) < (0.10))
((-1) < (-1.5))
((1) <= (2))
((2) <= (2))
(("1") <= (2))
(("b") <= ("a"))
((null) <= (1))
((0.1) <= (0.10))
((-1) <= (-1.5))
((1) > (2))
((2) > (2))
(("1") > (2))
(("b") > ("a"))
((null) > (1))
((0.1) > (0.10))
((-1) > (-1.5))
((1) >= (2))
((2) >= (2))
(("1") >= (2))
(("b") >= ("a"))
((null) >= (1))
((0.1) >= (0.10))
((-1) >= (-1.5))
((1) == (1))
((1) == ("1"))
(("a") == ("a"))
((null) == (null))
((null) == (1))
(([]) == ([]))
(([1]) == (tolist([1])))
(({"a" = 1}) == (tomap({"a" = 1})))
(([1, "a"]) == ([1, "a"]))
(({"a" = null}) == ({"a" = null}))
((0.3) == (((0.1) + (0.2))))
((true) == ("true"))
((toset(["a", "b"])) == (toset(["b", "a"])))
((tolist([])) == (toset([])))
(([]) == (tolist([])))
(({"a" = 1}) == ({"b" = 1}))
((tolist([1])) == (tolist([1.0])))
((tolist(["a"])) == (tolist(["a", "b"])))
(([null]) == ([1]))
(([[1]]) == ([[1]]))
(("é") == ("é"))
((tolist([])) == (tolist(["a"])))
(({}) == ({}))
((0) == ((-(0))))
((tolist([1])) == (tolist(["1"])))
((1) != (1))
((1) != ("1"))
(("a") != ("a"))
((null) != (null))
((null) != (1))
(([]) != ([]))
(([1]) != (tolist([1])))
(({"a" = 1}) != (tomap({"a" = 1})))
(([1, "a"]) != ([1, "a"]))
(({"a" = null}) != ({"a" = null}))
((0.3) != (((0.1) + (0.2))))
((true) != ("true"))
((toset(["a", "b"])) != (toset(["b", "a"])))
((tolist([])) != (toset([])))
(([]) != (tolist([])))
(({"a" = 1}) != ({"b" = 1}))
((tolist([1])) != (tolist([1.0])))
((tolist(["a"])) != (tolist(["a", "b"])))
(([null]) != ([1]))
(([[1]]) != ([[1]]))
(("é") != ("é"))
((tolist([])) != (tolist(["a"])))
(({}) != ({}))
((0) != ((-(0))))
((tolist([1])) != (tolist(["1"])))
((true) && (false))
((true) && (true))
((false) && (false))
(("true") && (true))
(("x") && (true))
((1) && (true))
((null) && (true))
((false) && (null))
((true) || (false))
((true) || (true))
((false) || (false))
(("true") || (true))
(("x") || (true))
((1) || (true))
((null) || (true))
((false) || (null))
(!(true))
(!(false))
(!("true"))
(!(1))
(!(null))
(!("x"))
(-(1))
(-("5"))
(-(0.1))
(-(null))
(-(true))
(-("x"))
((true) ? ([]) : (["a"]))
((true) ? (1) : ("a"))
((true) ? (null) : (1))
((true) ? (null) : (null))
((true) ? ({"a" = 1}) : ({"b" = 2}))
((true) ? ({"a" = 1}) : ({}))
((true) ? ({}) : ({"a" = "x"}))
((true) ? ([1, "a"]) : ([true]))
((true) ? ([1, "a"]) : ([true, false]))
((true) ? ([1, [2]]) : ([]))
((true) ? (tolist([1])) : (["a"]))
((true) ? ({"a" = [1]}) : ({"a" = "x"}))
((true) ? ("a") : (["a"]))
((true) ? (true) : (1))
((true) ? (true) : ("x"))
((true) ? ({"a" = 1, "b" = "x"}) : ({"a" = "y"}))
((true) ? ([{"a" = 1}]) : ([]))
((true) ? ([{"a" = 1}]) : ([{"b" = 2}]))
((true) ? (tolist([{"a" = 1}])) : ([]))
((true) ? (tomap({"a" = 1})) : ({}))
((true) ? (tomap({"a" = 1})) : ({"b" = "x"}))
((true) ? (toset(["a"])) : (["b"]))
((true) ? (toset(["a"])) : (tolist(["b"])))
((true) ? (null) : ([]))
((true) ? ([null]) : (["a"]))
((true) ? ({"a" = null}) : ({"a" = "x"}))
((true) ? ([]) : ({}))
((true) ? ([[]]) : ([["a"]]))
((true) ? (tolist([])) : ([1]))
((true) ? ({"a" = {"b" = 1}}) : ({"a" = {"b" = "x"}}))
((true) ? ([[1]]) : ([[2], [3]]))
((true) ? ([1]) : ([2, 3]))
((true) ? ({"a" = [1]}) : ({"a" = [1, 2]}))
((true) ? ({"a" = {"x" = 1}}) : ({"a" = {}}))
((true) ? ([1, 2]) : (["a"]))
((true) ? ("") : (null))
((true) ? (tomap({})) : ({"a" = 1}))
((false) ? ([]) : (["a"]))
((false) ? (1) : ("a"))
((false) ? (null) : (1))
((false) ? (null) : (null))
((false) ? ({"a" = 1}) : ({"b" = 2}))
((false) ? ({"a" = 1}) : ({}))
((false) ? ({}) : ({"a" = "x"}))
((false) ? ([1, "a"]) : ([true]))
((false) ? ([1, "a"]) : ([true, false]))
((false) ? ([1, [2]]) : ([]))
((false) ? (tolist([1])) : (["a"]))
((false) ? ({"a" = [1]}) : ({"a" = "x"}))
((false) ? ("a") : (["a"]))
((false) ? (true) : (1))
((false) ? (true) : ("x"))
((false) ? ({"a" = 1, "b" = "x"}) : ({"a" = "y"}))
((false) ? ([{"a" = 1}]) : ([]))
((false) ? ([{"a" = 1}]) : ([{"b" = 2}]))
((false) ? (tolist([{"a" = 1}])) : ([]))
((false) ? (tomap({"a" = 1})) : ({}))
((false) ? (tomap({"a" = 1})) : ({"b" = "x"}))
((false) ? (toset(["a"])) : (["b"]))
((false) ? (toset(["a"])) : (tolist(["b"])))
((false) ? (null) : ([]))
((false) ? ([null]) : (["a"]))
((false) ? ({"a" = null}) : ({"a" = "x"}))
((false) ? ([]) : ({}))
((false) ? ([[]]) : ([["a"]]))
((false) ? (tolist([])) : ([1]))
((false) ? ({"a" = {"b" = 1}}) : ({"a" = {"b" = "x"}}))
((false) ? ([[1]]) : ([[2], [3]]))
((false) ? ([1]) : ([2, 3]))
((false) ? ({"a" = [1]}) : ({"a" = [1, 2]}))
((false) ? ({"a" = {"x" = 1}}) : ({"a" = {}}))
((false) ? ([1, 2]) : (["a"]))
((false) ? ("") : (null))
((false) ? (tomap({})) : ({"a" = 1}))
(("true") ? (1) : (2))
(("x") ? (1) : (2))
((null) ? (1) : (2))
((1) ? (1) : (2))
(["a", "b"])[1]
(["a"])[-1]
(["a"])[2]
(["a", "b"])["1"]
(["a"])[0.5]
({"a" = 1})["a"]
({"a" = 1})["b"]
(tomap({"a" = 1}))["a"]
(tomap({"a" = 1}))["b"]
(toset(["a"]))[0]
("abc")[0]
(null)[0]
(["a"])[null]
({"1" = 2})[1]
(tomap({"1" = 2}))[1]
({"true" = "x"})[true]
(tolist([1, 2]))[0]
(tolist([1, 2]))["0"]
(tolist([1]))[5]
([[1, 2]])[0]
(tolist([]))[0]
(["a"])["x"]
(["a"])[true]
(["a"])[["a"]]
(5)[0]
({"a" = 1})[["a"]]
(tolist(["a"]))[1000000000000000000000000000000]
({"a" = 1}).a
({"a" = 1}).b
(tomap({"a" = 1})).a
(tomap({"a" = 1})).b
(["a"]).b
(null).a
("abc").a
(toset(["a"])).a
"|${"a"}${true}"
"|${"a"}${1}"
"|${"a"}${1.50}"
"|${"a"}${1000000000000000000000}"
"|${"a"}${0.1}"
"|${"a"}${"x"}"
"|${"a"}${null}"
"|${"a"}${["a"]}"
"|${"a"}${{}}"
"|${"a"}${""}"
"|${"a"}${-5}"
"|${"a"}${0.0000001}"
"|${"a"}${tolist(["a"])}"
"|${"|${"a"}${1}"}${"e"}${"́"}"
((1.1) + (2.2))
((0.3) - (0.1))
((1.005) * (1000))
((4.35) * (100))
((0.7) + (0.1))
true ? {c = tolist([null, -1]), b = null} : {c = null, d = -1.5}
false ? {c = tolist([null, -1]), b = null} : {c = null, d = -1.5}
true ? {c = tolist(["a"]), b = null} : {d = 1}
true ? {c = tolist(["a"])} : {d = 1, b = null}
true ? {c = tolist(["a"])} : {d = 1}
false ? {c = tolist(["a"])} : {d = 1, b = null}
true ? {c = {x = 1}, b = null} : {d = 1}
true ? {c = [1], b = null} : {d = 1}
true ? {c = 1, b = null} : {d = "a"}
true ? {c = 1, b = null} : {d = true}
true ? {c = 1, b = true} : {d = "a", e = null}
true ? {c = 1, b = tolist([1])} : {d = "a", e = null}
true ? {b = null} : {d = [], e = 1}
true ? {b = null} : {d = tolist([]), e = 1}
false ? {b = null} : {d = tolist([]), e = 1}
true ? [tolist([1]), null] : [1]
true ? [tolist([1]), null] : [1, 2, null]
false ? [tolist([1]), null] : [1, 2, null]
true ? [1] : [1, 2, null]
true ? {a = tolist(["a"])} : {a = 1}
true ? {a = tolist(["a"])} : {a = null}
true ? {a = null} : {a = tolist(["a"])}
[true ? {a = null} : {a = 1, b = {c = 1}}]
true ? {x = {c = tolist(["a"]), b = null}} : {x = {d = 1}}
true ? {x = [tolist([1]), null]} : {x = [1]}
true ? toset([1]) : {x = [1], y = null}
true ? tomap({a = [1]}) : {x = 1, y = null}
true ? {c = tolist(["a"]), b = null} : {}
true ? {c = ["a"], b = null} : {}
true ? {c = ["a", "b"], b = null} : {}
true ? {c = {x = 1}, b = null} : {}
true ? {c = {x = 1}, b = null, d = {x = 2}} : {}
true ? {c = {x = 1}, b = null, d = {x = "a"}} : {}
true ? {c = {x = 1}, b = null, d = {y = 2}} : {}
true ? {c = {x = 1}, b = null, d = 1} : {}
true ? {c = "a", b = null} : {}
true ? {c = "a", b = null, d = 1} : {}
true ? {c = "a", b = null, d = true} : {}
true ? {} : {c = tolist(["a"]), b = null}
true ? {c = ["a"], b = null} : {d = []}
true ? {c = ["a"], b = null} : {d = ["a"]}
true ? {c = ["a"], b = null} : {d = [1]}
true ? {c = ["a"], b = null} : {d = [1, 2]}
true ? {c = tolist(["a"]), b = null} : {d = toset([1])}
true ? {c = tolist(["a"]), b = null} : {d = tolist([1])}
true ? {c = tolist(["a"]), d = null} : {d = tolist([1])}
true ? {c = tomap({a = 1}), b = null} : {d = "x"}
false ? {c = tomap({a = 1}), b = null} : {d = "x"}
true ? {c = toset(["a"]), b = null, e = null} : {d = "x", f = true}
false ? {c = toset(["a"]), b = null, e = null} : {d = "x", f = true}
true ? {c = toset(["a"]), b = null, e = null} : {d = ["x"], f = null}
false ? {c = toset(["a"]), b = null, e = null} : {d = ["x"], f = null}
true ? {b = null} : {}
true ? {b = null} : {c = null}
true ? {b = null} : {c = 1}
true ? {b = null} : {c = [1]}
true ? {b = null} : {c = tolist([1])}
false ? {b = null} : {c = tolist([1])}
true ? {b = null, c = 1} : {d = tolist([1])}
true ? {b = {z = null}, c = 1} : {d = tolist([1])}
true ? {b = {z = null}, c = {z = 1}} : {d = {z = 2}}
true ? {b = {z = null}, c = {z = 1}} : {d = {y = 2}}
true ? {b = {z = null}, c = {z = 1}} : {}
true ? {b = [null], c = [1]} : {}
true ? {b = [null, 1]} : {}
true ? [1, null] : []
true ? [tolist([1]), null] : []
true ? [{a = 1}, null] : []
true ? [{a = 1}, {a = null}] : []
true ? [{a = 1}, {a = null}] : [{a = 2}]
true ? [{c = tolist(["a"]), b = null}] : [{d = 1}]
false ? [{c = tolist(["a"]), b = null}] : [{d = 1}]
true ? [{c = ["a"], b = null}] : []
true ? [{c = ["a"], b = null}, {c = ["a"], b = "x"}] : []
true ? [{c = ["a"], b = null}, {c = ["a"]}] : []
true ? {x = {c = ["a"], b = null}} : {}
true ? {x = {c = ["a"], b = null}, y = {c = ["a"]}} : {}
true ? {x = {c = ["a"], b = null}} : {x = {}}
true ? {x = {c = ["a"], b = null}, y = 1} : {x = {}, y = "a"}
true ? {x = {c = ["a"], b = null}, y = 1} : null
true ? tolist([{c = ["a"], b = null}]) : []
true ? tolist([{c = ["a"], b = null}]) : tolist([{d = 1}])
true ? tolist([{c = ["a"], b = null}]) : [{d = 1}]
true ? tomap({z = {c = ["a"], b = null}}) : {}
true ? tomap({z = {c = ["a"], b = null}}) : {y = {d = 1}}
true ? tomap({z = {c = ["a"], b = null}}) : tomap({y = {d = 1}})
true ? [[{c = ["a"], b = null}]] : [[{}]]
true ? {b = null, c = {d = ["a"], e = null}} : {}
true ? {b = null, c = {d = ["a"], e = null}} : {c = {}}
true ? {b = null, c = {d = ["a"], e = null}, f = {}} : {}
true ? {c = {x = 1}, b = null, d = {x = 2}} : {c = 1}
true ? {c = [1], b = null, d = [2]} : {c = 1}
true ? {c = [1], b = null, d = ["a"]} : {c = 1}
true ? {c = tolist([1]), b = null, d = tolist(["a"])} : {c = 1}
true ? {c = tolist([1]), b = null, d = tolist(["a"])} : {}
false ? {c = tolist([1]), b = null, d = tolist(["a"])} : {}
true ? {c = tolist([1]), b = null, d = toset(["a"])} : {}
true ? {c = tolist([1]), b = null, d = ["a"]} : {}
true ? {c = [1], b = null, d = [2, 3]} : {}
true ? {c = {x = null}, b = null, d = {x = 1}} : {}
true ? {c = [null], b = null, d = [2]} : {}
false ? [tolist([1]), null] : []
true ? [] : [tolist([1]), null]
true ? [] : [tolist([1]), null, 1]
true ? [1] : [tolist([1]), null]
true ? tomap({z = ["a"]}) : {y = ["a"], b = null}
true ? tomap({z = tolist(["a"])}) : {y = ["a"], b = null}
true ? tomap({z = tolist(["a"])}) : {y = tolist([1]), b = null}
true ? tomap({z = "a"}) : {y = tolist([1]), b = null}
false ? tomap({z = tolist(["a"])}) : {y = tolist([1]), b = null}
true ? tolist([tolist(["a"])]) : [tolist([1]), null]
true ? tolist([["a"]]) : [["a"], null]
false ? tolist([["a"]]) : [["a"], null]
true ? toset([{a = ["a"], b = null}]) : toset([{a = 1}])
true ? toset([{a = ["a"], b = null}]) : [{a = 1}]
true ? toset([{a = ["a"], b = null}]) : tolist([{a = 1}])
true ? {a = toset([{a = ["a"], b = null}]), c = null} : {d = tolist([{a = 1}])}
true ? {d = 1, b = true} : tomap({})
false ? {d = true, a = 16} : tomap({c = false, d = "x"})
true ? {d = true, a = 16} : tomap({c = 1})
true ? {d = true, a = "x"} : tomap({c = 1})
true ? tomap({}) : {d = {c = 1}, a = {c = 2}}
false ? tomap({}) : {d = {c = 1}, a = {c = 2}}
false ? tomap({}) : {d = {c = 1}, a = null}
false ? tomap({}) : {d = "x", a = 1}
true ? tomap({}) : {d = "x", a = 1}
true ? tomap({a = ["x"]}) : {a = ["x"], b = ["y"]}
true ? tomap({a = ["x"]}) : {a = ["x"], b = ["y", "z"]}
true ? tomap({a = tolist(["x"])}) : {a = ["x"], b = ["y", "z"]}
false ? tomap({a = tolist(["x"])}) : {a = ["x"], b = ["y", "z"]}
false ? tomap({a = toset(["x"])}) : {a = ["x"], b = ["y", "z"]}
false ? tomap({a = toset(["x"])}) : {a = ["x"], b = []}
true ? (tomap({"c" = "é", "d" = true})) : ({"b" = -2, "c" = true, "a" = null})
true ? {} : {"a" = {"c" = null, "b" = 1000}, "c" = {"c" = [255]}}
true ? {} : {a = {x = 1, y = null}, b = {x = 2}}
false ? {} : {a = {x = 1, y = null}, b = {x = 2}}
false ? {} : {a = {x = 1, y = "s"}, b = {x = 2}}
false ? {} : {a = {x = "1", y = ["s"]}, b = {x = 2}}
false ? {} : {a = {x = [1], y = ["s"]}, b = {x = []}}
true ? {x = {x = {x = {x = {x = {x = {x = {x = {x = {x = {x = {x = {x = {x = {c = ["a"], b = null}, y = {d = ["a"]}}, y = {d = {d = ["a"]}}}, y = {d = {d = {d = ["a"]}}}}, y = {d = {d = {d = {d = ["a"]}}}}}, y = {d = {d = {d = {d = {d = ["a"]}}}}}}, y = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}}}}}, y = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}}}}}} : {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = {d = ["a"]}}}}}}}}}}}}}}}
