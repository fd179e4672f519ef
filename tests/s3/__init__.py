"""A server that speaks S3: moto, in an environment of its own, because what it needs does not go with what we need."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

SERVER = Path(sys.prefix) / "s3" / "bin" / "moto_server"
_PATIENCE_SECONDS = 60


@contextlib.contextmanager
def s3(bucket: str) -> Iterator[dict[str, str]]:
    """Run a server that holds an empty bucket, and yield the environment variables that lead to it."""
    assert SERVER.exists(), f"{SERVER} is missing: `make test` installs it, or `make .venv/s3/ready`"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [SERVER, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    ) as server:
        try:
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while not _made(f"{url}/{bucket}"):
                assert time.monotonic() < deadline, "moto does not answer"
                time.sleep(0.1)
            yield {
                "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "us-east-1",
            }  # fmt: skip
        finally:
            server.kill()


def _made(url: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="PUT")).close()
    except urllib.error.URLError:
        return False
    return True
