"""The contract suite: what modbot sends and hears, against what each vendor says of its own interface.

Every request of an adapter is checked against the vendor's machine-readable data, and every webhook sample is heard.
The data stands beside the repository; where it is absent the tests skip and say so.

Jitsi is not in this suite: it speaks XMPP, its vendors publish no description of its stanzas that a machine could
check, and modbot's Jitsi tests run against a real Prosody, which refuses what it does not understand.
"""
