"""Without a stand-in, `clarity model` goes to Google's own regional address, with credentials."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clarity.adapters.vertex_models import VertexModels
from clarity.domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARENT = "projects/p/locations/europe-west4"


@contextlib.contextmanager
def way_out() -> Iterator[tuple[str, list[str]]]:
    """A proxy that lets nobody through, and gives tokens; its address and who was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        def do_POST(self) -> None:
            body = json.dumps({"access_token": "t", "expires_in": 3600}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def key_file(folder: Path, token_uri: str) -> Path:
    """A service account's key, of nobody."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {"type": "service_account", "client_email": "nobody@p.test", "private_key": pem}
    file = folder / "key.json"
    file.write_text(json.dumps({**account, "project_id": "p", "token_uri": token_uri}))
    return file


@pytest.mark.parametrize("read", ["state", "running"])
def test_reading_asks_the_region_for_it(monkeypatch, tmp_path, read) -> None:
    with way_out() as (proxy, asked):
        for name in ("NO_PROXY", "no_proxy", "https_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        key = key_file(tmp_path, f"{proxy}/token")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        models = VertexModels(PARENT, f"{PARENT}/endpoints/1", None)

        with pytest.raises(UnavailableError, match="ProxyError"):
            getattr(models, read)()

    # google-auth asks for more by itself.
    vertex = {each for each in asked if "aiplatform" in each}
    assert vertex == {"europe-west4-aiplatform.googleapis.com:443"}
