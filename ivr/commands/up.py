"""`tonval up`: everything at once on this machine, one test call, and then up until Ctrl-C. What script/run starts."""

import asyncio
import signal
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.command_line import Home, Municipality, Ports, folder_of, site_for

if TYPE_CHECKING:
    from ivr.standing import Standing

HELP = """Start Asterisk, engine, log and pages, put one real test call through, and stay up until Ctrl-C.

Everything listens on 127.0.0.1 only. The home with its log stays; nothing else is left behind.

Example: script/run --demo 20

Exit codes: 0 stopped by Ctrl-C, 1 something did not come up or the test call failed, 2 bad options.
"""
Demo = Annotated[int, typer.Option(help="Keep so many made-up citizens ringing, every agent's phone answering.", min=0)]
Hours = Annotated[bool, typer.Option("--hours", help="Keep the YAML's opening hours instead of being always open.")]
Once = Annotated[bool, typer.Option("--once", help="Stop after the test call.")]
Web = Annotated[bool, typer.Option(help="Serve the wallboard and the people's pages too.")]


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("up", help=HELP)(up)


def up(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    ports: Ports = None,
    demo: Demo = 0,
    hours: Hours = False,
    once: Once = False,
    web: Web = True,
) -> None:
    """Run a municipality here and now."""
    from ivr.asterisk.installation import InstallationError  # noqa: PLC0415 - quick --help
    from ivr.asterisk.server import AsteriskError  # noqa: PLC0415
    from ivr.clock import LiveClock  # noqa: PLC0415
    from ivr.live import NoHouseError, load_house  # noqa: PLC0415
    from ivr.standing import NotServingError, Standing  # noqa: PLC0415

    folder = folder_of(municipality)
    try:
        house = load_house(folder, LiveClock()())
        standing = Standing(folder, house, site_for(folder.name, home, ports), typer.echo, open_always=not hours)
        worked = asyncio.run(_stay_up(standing, demo, once=once, web=web and not once))
    except (NoHouseError, InstallationError, AsteriskError, NotServingError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    raise typer.Exit(0 if worked else 1)


async def _stay_up(standing: "Standing", demo: int, *, once: bool, web: bool) -> bool:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with standing:
        if web:
            await standing.start_web()
        typer.echo("")
        worked = await _test_call(standing)
        if worked and not once:
            _tell_how_to_ring(standing)
            if web:
                _tell_where_to_look(standing)
            await (_demonstrate(standing, demo, stop) if demo else stop.wait())
        typer.echo("\nstänger av")
    return worked


async def _test_call(standing: "Standing") -> bool:
    """Whether `tonval testcall` was content; it prints the transcript."""
    site = standing.site
    command = [sys.executable, "-m", "ivr", "testcall", str(standing.folder), "--home", str(site.home)]
    process = await asyncio.create_subprocess_exec(*command, "--ports", site.ports, stdin=asyncio.subprocess.DEVNULL)
    return await process.wait() == 0


def _tell_how_to_ring(standing: "Standing") -> None:
    site, house = standing.site, standing.house
    number = next(iter(house.plan.entrances))
    typer.echo(f"""
{house.title} svarar. Ring med vilken SIP-telefon som helst på den här datorn:
  som medborgare   sip:{number}@127.0.0.1:{site.sip_port}   (inget konto behövs)
  som handläggare  konto {", ".join(list(house.people)[:3])}, …; lösenorden står i {site.secrets_path}
                   server 127.0.0.1:{site.sip_port}, UDP. Den som är ansluten är inloggad och redo.
Se vad som händer   .venv/bin/tonval status --home {site.home}
Läs loggen          .venv/bin/tonval calls --home {site.home}
Motorns egen logg   {standing.log_path}
Avsluta med Ctrl-C.""")


def _tell_where_to_look(standing: "Standing") -> None:
    """The pages' address; and, the first time, the one account that there is."""
    from ivr.config.site import HOST  # noqa: PLC0415
    from ivr.web.accounts.first import first_admin  # noqa: PLC0415

    site = standing.site
    made = first_admin(site.web_path)
    login = f"konto {made[0]}, lösenord {made[1]} (visas bara nu)" if made else "med ett konto"
    typer.echo(f"""
Tavlan och sidorna  http://{HOST}:{site.web_port}/  {login}
Fler konton         .venv/bin/tonval account add --help   (med --home {site.home})""")


async def _demonstrate(standing: "Standing", citizens: int, stop: asyncio.Event) -> None:
    """So many made-up citizens ring, and every agent's phone answers, until `stop`."""
    from ivr.config.site import HOST  # noqa: PLC0415
    from ivr.testphone.prompts_heard import closing_prompts  # noqa: PLC0415
    from ivr.testphone.swarm import Swarm, Tally, one_line  # noqa: PLC0415

    began = time.monotonic()
    ending = "\r" if sys.stdout.isatty() else "\n"

    def show(tally: Tally) -> None:
        sys.stdout.write(f"{one_line(tally, began):<110}{ending}")
        sys.stdout.flush()

    swarm = Swarm(
        (HOST, standing.site.sip_port),
        tuple(standing.house.plan.entrances)[:1],
        {str(agent): standing.secrets.phone_passwords[agent] for agent in standing.house.people},
        rate_per_s=max(citizens / 20, 0.2),
        at_most=citizens,
        witness=standing.site.home / "demo-witness.jsonl",
        progress=show,
        closing_prompts=closing_prompts(standing.house.plan),
    )
    await swarm.start()
    await stop.wait()
    await swarm.stop()
