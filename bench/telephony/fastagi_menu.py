"""The rival: the least that a FastAGI program must do to ask for a key and name a queue, raw on asyncio.

`python -m bench.telephony.fastagi_menu PORT PROMPT QUEUE`; says "ready" when it listens. It errs on no input that
Asterisk sends, and guards against nothing: it only stands for the cost of this way of building.
"""

import asyncio
import sys

HOST = "127.0.0.1"


async def serve(port: int, prompt: str, queue: str) -> None:
    """Listens until killed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        writer.write(f'GET OPTION {prompt} "0123456789*#" 6000\n'.encode())
        reply = await reader.readline()
        key = int(reply.partition(b"result=")[2].split()[0])
        if key > 0:
            writer.write(f'SET VARIABLE BENCH_QUEUE "{queue}"\n'.encode())
            await reader.readline()
        writer.close()

    server = await asyncio.start_server(answer, HOST, port, backlog=1_024)
    async with server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
