"""A local stand-in for AWS Network Firewall: rules, zones, flow tables and flow operations in memory.

Input: API calls, connections and packets, and a clock. Output: what the service would answer, and
what would become of the connections. AWS offers no free endpoint for flow operations, so this is
what the demonstration, the tests and a user's dry run act on.

The public API::

    service.Service             the state machine: ``call`` for the API, ``faults`` and ``outcomes`` for
                                what is to go wrong, ``requests`` and ``flow_operations`` for what happened
    emulator.Emulator           a service with a simulated network: ``attempt``, ``traffic``, ``add_client``
    tables.FlowTables           what a service asks of flow tables; handed in, so that they may be real ones
    bodies.Judge                decides connections; handed in, so that the state machine knows no rules
    judging.EngineJudge         the judge that asks the product's own engine
    bodies.PolicyBodies         what the judge is given: the policy that a zone runs at that moment
    settings.EmulatorSettings   how the service behaves, above all where AWS does not say
    clock.VirtualClock          a clock for tests; any function that gives epoch seconds will do
    clients.Client              an application that keeps talking, or connects again
    faults.FaultRule            throttling, lost replies, garbled replies, broken pages
    outcomes.OutcomeRule        operations that fail, or end with errors, or never end
    seed.from_snapshot          an emulator that begins as a snapshot and a list of flows say
    transport.attach            door 1: answers a boto3 client in the same process
    http_server.serve           door 2: an HTTP server for boto3 and the AWS CLI

    clock = VirtualClock()
    emulator = from_snapshot(snapshot, flows, clock=clock, judge=judge)
    attach(client, emulator, sleep=clock.sleep)
    client.start_flow_capture(FirewallArn=arn, AvailabilityZone=zone, FlowFilters=[...])
    clock.sleep(5)

Both doors run botocore's own parsers against the bytes and check every request and answer with
botocore's service model. The state machine itself needs no botocore: ``validate``, ``wire``,
``transport``, ``http_server`` and ``seed`` import it, and this package imports none of them.

What is simplified: verdicts are one yes or no at the beginning of a connection, not packet by
packet; a zone's engine is one host; there are no transit gateways, TLS inspection or Next
Generation policies (asking for them is refused); requests are neither signed nor authorised.
"""

from __future__ import annotations
