build_agents = ["10.50.16.0/21"]
