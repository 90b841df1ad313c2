"""The engine against the real Suricata: random policies and flows, payloads, and the types of rules."""
