"""Citizens who ring, press 2 and wait: a SIPp scenario, because it costs little beside what is measured."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
CALLER = "0701740605"
"""From the numbers that are reserved for fiction."""

_REQUEST = """      From: <sip:{caller}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      To: <sip:[service]@[remote_ip]:[remote_port]>{to}
      Call-ID: [call_id]
      CSeq: {sequence}
      Contact: <sip:{caller}@[local_ip]:[local_port]>
      Max-Forwards: 70
"""
_SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="citizen">
  <send retrans="500"><![CDATA[
      INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
{invite}      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=- 1 1 IN IP4 [local_ip]
      s=-
      c=IN IP4 [local_ip]
      t=0 0
      m=audio {sound_port} RTP/AVP 8
      a=rtpmap:8 PCMA/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
      ACK [next_url] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
{ack}      Content-Length: 0
  ]]></send>
  <pause milliseconds="{key_after_ms}"/>
  <send retrans="500"><![CDATA[
      INFO [next_url] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
{info}      Content-Type: application/dtmf-relay
      Content-Length: [len]

      Signal=2
      Duration=100
  ]]></send>
  <recv response="200"/>
  <recv request="BYE"{leaves}/>
  <send next="over"><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0
  ]]></send>
  <label id="leave"/>
  <send retrans="500"><![CDATA[
      BYE [next_url] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
{bye}      Content-Length: 0
  ]]></send>
  <recv response="200"/>
  <label id="over"/>
</scenario>
"""


class SippError(Exception):
    """SIPp did not run; its text is what it said."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many citizens, so fast."""

    number: str
    calls: int
    rate_per_s: float
    leaves_after_s: float = 0.0
    """When whoever still waits hangs up; 0 for never."""
    key_after_ms: int = 1_300
    """After the answer: for half a second Asterisk listens for sound that SIPp does not send, the rest is greeting."""


@dataclass(frozen=True, slots=True)
class CrowdResult:
    """What became of them, as SIPp saw it."""

    served: int
    failed: int
    log: str = ""
    """What SIPp says of the first failures."""


@dataclass(slots=True)
class Ringing:
    """A crowd under way."""

    process: asyncio.subprocess.Process
    folder: Path
    crowd: Crowd

    async def over(self, within_s: float) -> CrowdResult:
        """What became of them once all have hung up; who still rings after `within_s` counts as failed."""
        try:
            await asyncio.wait_for(self.process.wait(), within_s)
        except TimeoutError:
            await self.stop()
        if self.process.returncode not in {0, 1, -9}:
            raise SippError((self.folder / "said.log").read_text("utf-8", "replace")[-600:])
        return self.result()

    async def stop(self) -> None:
        """SIPp is gone; whoever was in a call simply vanishes."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    def result(self) -> CrowdResult:
        """What became of them so far; up to a second old while they ring."""
        rows = _rows(self.folder / "statistics.csv")
        served = int(rows[-1]["SuccessfulCall(C)"]) if rows else 0
        log = self.folder / "errors.log"
        said = log.read_text("utf-8", "replace")[:1_500] if log.exists() else ""
        return CrowdResult(served, self.crowd.calls - served, said)


async def ring(crowd: Crowd, sip_port: int, folder: Path) -> Ringing:
    """The crowd has begun to ring; SIPp's own files are in `folder`, which is new."""
    folder.mkdir(parents=True)
    scenario = folder / "citizen.xml"
    scenario.write_text(_scenario(crowd, _free_port()), encoding="utf-8")
    command = ["sipp", f"{HOST}:{sip_port}", "-sf", str(scenario), "-s", crowd.number, "-i", HOST]
    command += ["-p", str(_free_port()), "-m", str(crowd.calls), "-l", str(crowd.calls), "-nostdin", "-nd"]
    command += ["-r", str(round(crowd.rate_per_s)), "-buff_size", "8000000"]
    command += ["-trace_stat", "-stf", str(folder / "statistics.csv"), "-fd", "1"]
    command += ["-trace_err", "-error_file", str(folder / "errors.log")]
    quiet = asyncio.subprocess.DEVNULL
    with (folder / "said.log").open("wb") as said:
        process = await asyncio.create_subprocess_exec(*command, stdin=quiet, stdout=quiet, stderr=said, cwd=folder)
    return Ringing(process, folder, crowd)


def _scenario(crowd: Crowd, sound_port: int) -> str:
    def request(sequence: str, to: str = "[peer_tag_param]") -> str:
        return _REQUEST.format(caller=CALLER, sequence=sequence, to=to)

    leaves = f' timeout="{int(crowd.leaves_after_s * 1000)}" ontimeout="leave"' if crowd.leaves_after_s else ""
    return _SCENARIO.format(
        sound_port=sound_port,
        key_after_ms=crowd.key_after_ms,
        leaves=leaves,
        invite=request("1 INVITE", to=""),
        ack=request("1 ACK"),
        info=request("2 INFO"),
        bye=request("3 BYE"),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    names, *rows = path.read_text("ascii", "replace").splitlines() or [""]
    return [dict(zip(names.split(";"), row.split(";"), strict=False)) for row in rows]


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
