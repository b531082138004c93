"""A small SIP phone of ours: rings the service as a citizen, answers it as an agent, and witnesses both.

Two rules. It speaks to 127.0.0.1 only and refuses every other address (`loopback.py`), so a load or a drill can never
reach a stranger. And it is never part of routing: the engine does not import it, knows nothing of it and works the
same without it; a call that it makes is a call like any other.

What it can: UDP, INVITE/ACK/BYE/CANCEL/REGISTER/INFO/OPTIONS with digest, G.711, RFC 4733 digits. Nothing more.

    studio = Studio()                                                    # paces and hears all sound
    phone = AgentPhone("anna", "secret", ("127.0.0.1", 5060), studio=studio, behaviour=answer(after_ms=300))
    await phone.register()
    trunk = await Trunk.open(("127.0.0.1", 5060), studio)
    caller = Caller(trunk, "0853061000")
    await caller.follow((Dial(), HearPrompt(), Press("2"), HearAgent(within_ms=10_000), Wait(1_000), HangUp()))
    print(caller.record())
"""
