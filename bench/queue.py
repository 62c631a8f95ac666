"""From post to done: how long a job of 20 ms takes through a real worker, by broker.

``python -m bench.queue [files|rabbitmq|redis]``
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from kuznia.db.migrate import migrate
from kuznia.db.session import WriteSession, make_engine
from kuznia.db.tables import Account
from kuznia.queue.broker import Broker
from tests.support.brokers import rabbitmq_server, redis_server
from tests.support.restartable import restartable_postgres
from tests.support.workers import post, wait_for, workers

JOBS = 100


def main(kind: str) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {"rabbitmq": rabbitmq_server, "redis": redis_server}
        files = f"filesystem://{folder}/broker"
        url = stack.enter_context(servers[kind](folder)) if kind in servers else files
        postgres = stack.enter_context(restartable_postgres(folder))
        migrate(postgres.url)
        engine = make_engine(postgres.url, application="bench")
        stack.callback(engine.dispose)
        with WriteSession(engine) as session:
            session.add(Account(email="u@kuznia.example", name="User", role="user", password_hash="none"))
            session.commit()
        broker = Broker(url)
        stack.callback(broker.close)
        stack.enter_context(workers(postgres.url, url, folder)).start("interactive")
        wait_for(engine, [post(engine, broker)], "done", 120)
        took = []
        for _ in range(JOBS):
            started = time.monotonic()
            wait_for(engine, [post(engine, broker, seconds=0.02)], "done")
            took.append(1000 * (time.monotonic() - started))
        started = time.monotonic()
        wait_for(engine, [post(engine, broker) for _ in range(JOBS)], "done", 120)
        rate = JOBS / (time.monotonic() - started)
        took.sort()
        print(
            f"{kind}: post to done of a 20 ms job: median {statistics.median(took):.0f} ms, "
            f"95th of 100 {took[94]:.0f} ms; {rate:.0f} empty jobs a second on one process"
        )


if __name__ == "__main__":
    for one in [word for word in sys.argv[1:] if not word.startswith("--")] or ["files"]:
        main(one)
