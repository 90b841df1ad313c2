"""Real packets: conversations through a firewall of network namespaces, Suricata and conntrack (``make lab``)."""
