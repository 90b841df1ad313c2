from_file = ["given", "twice"]
zone      = "central"
