"""The endpoint's container under Vertex AI's custom-container contract."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import numpy as np
import pytest
from click.testing import CliRunner

from clarity.domain.errors import PermanentError
from clarity.pat import artifact
from clarity.pat.runtime import Pat, load
from clarity.pat.weights import WeightsError
from infra.endpoint import main as endpoint
from infra.endpoint.main import EndpointSettings, SettingsError
from infra.endpoint.predictor import Predictor
from tests.contract.endpoint_server import (
    ENV,
    ROOT,
    SETTINGS,
    b64,
    listed,
    post,
    serving,
    wait_until_healthy,
    week,
)


@pytest.fixture(scope="module")
def pat() -> Pat:
    return load("small", cores=2)


@pytest.fixture(scope="module")
def client(pat):
    with serving(Predictor(lambda: pat, queue=4)) as client:
        wait_until_healthy(client.get)
        yield client


def test_all_missing_variables_stand_in_one_error():
    with pytest.raises(SettingsError, match="AIP_HTTP_PORT, AIP_HEALTH_ROUTE, AIP_PREDICT_ROUTE"):
        EndpointSettings.from_env({"AIP_STORAGE_URI": "gs://b/p", "AIP_HTTP_PORT": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [("AIP_HTTP_PORT", "http"), ("AIP_HTTP_PORT", "70000"), ("AIP_PREDICT_ROUTE", "predict")],
)
def test_a_variable_that_makes_no_sense_is_named_with_its_value(name, value):
    with pytest.raises(SettingsError, match=f"{name} must .* found '{value}'"):
        EndpointSettings.from_env(ENV | {name: value})


def test_a_window_is_answered_with_its_embedding_and_where_it_comes_from(client, pat):
    answer = post(client, {"instances": [b64(week())]})

    assert answer.status_code == 200
    (prediction,) = answer.json()["predictions"]
    assert prediction.keys() == {"embedding", "model_id", "weights_sha256", "scaler_id"}
    assert prediction["model_id"].startswith("pat-s-")
    assert prediction["weights_sha256"] == artifact.sha256(artifact.shipped("small") / "weights.h5")
    assert prediction["scaler_id"] == pat.scaler_id
    assert np.array_equal(np.array(prediction["embedding"], "f4"), pat.embed(week()[None])[0])


def test_windows_are_answered_in_order_whatever_way_they_are_written(client, pat):
    weeks = [week(seed) for seed in range(4)]

    answer = post(
        client, {"instances": [b64(weeks[0]), listed(weeks[1]), listed(weeks[2]), b64(weeks[3])]}
    )

    found = np.array([p["embedding"] for p in answer.json()["predictions"]], "f4")
    assert np.abs(found - pat.embed(np.stack(weeks))).max() < 1e-6
    assert np.abs(found[0] - found[1]).max() > 1e-3


def test_attention_comes_only_when_asked_for(client):
    answer = post(client, {"instances": [b64(week())], "parameters": {"attention": True}})

    (prediction,) = answer.json()["predictions"]
    profile = np.array(prediction["attention"])
    assert profile.shape == (10_080,)
    assert profile.sum() == pytest.approx(18)
    assert (profile.reshape(560, 18).std(axis=1) < 1e-12).all()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
        (b"[]", "the body must be an object"),
        (b'{"instances":[]}', "found 0 items"),
        (b'{"instances":[{"steps":[1,2,3]}]}', "must hold 10080 minutes, found 3"),
        (b'{"instances":[{"steps_b64":"?"}]}', "is not base64"),
        (json.dumps({"instances": [b64(-week())]}).encode(), "holds a negative value"),
        (json.dumps({"instances": [b64(week() + np.inf)]}).encode(), "holds an infinite value"),
    ],
)
def test_a_request_that_cannot_be_read_gets_400_with_the_reason(client, content, reason):
    answer = client.post(SETTINGS.predict_route, content=content)

    assert answer.status_code == 400
    assert reason in answer.json()["error"]["message"]
    assert post(client, {"instances": [b64(week())]}).status_code == 200


def test_a_body_of_10_mb_gets_413_and_the_server_goes_on(client):
    answer = client.post(SETTINGS.predict_route, content=b" " * 10_000_000)

    assert answer.status_code == 413
    assert "larger than 1500000 bytes" in answer.json()["error"]["message"]
    assert post(client, {"instances": [b64(week())]}).status_code == 200


def test_a_chunked_body_without_a_length_is_cut_off_at_the_limit(client):
    answer = client.post(SETTINGS.predict_route, content=iter([b" " * 100_000] * 100))

    assert answer.status_code == 413


def test_a_body_that_does_not_arrive_gets_408_and_the_server_goes_on(client):
    with socket.create_connection((client.base_url.host, client.base_url.port), 10) as slow:
        head = f"POST {SETTINGS.predict_route} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
        slow.sendall(head.encode() + b"Connection: close\r\n\r\n{")
        said = b"".join(iter(lambda: slow.recv(4096), b"")).decode()

    assert said.startswith("HTTP/1.1 408")
    assert "did not arrive within 1 s" in said
    assert post(client, {"instances": [b64(week())]}).status_code == 200


def test_other_routes_and_methods_are_not_served(client):
    assert client.get("/").status_code == 404
    assert client.get(SETTINGS.predict_route).status_code == 405


def test_before_the_first_prediction_it_is_not_healthy_and_answers_503(pat):
    release = threading.Event()

    def slow():
        release.wait(30)
        return pat

    predictor = Predictor(slow, queue=4)
    with serving(predictor) as client:
        cold = [client.get(SETTINGS.health_route), post(client, {"instances": [b64(week())]})]
        release.set()
        wait_until_healthy(client.get)

    assert [answer.status_code for answer in cold] == [503, 503]
    assert all(answer.headers["Retry-After"] == "1" for answer in cold)


def test_a_warm_up_that_fails_stops_the_server():
    failed = threading.Event()

    def broken() -> Pat:
        raise WeightsError("no weights")

    predictor = Predictor(broken, queue=4)
    with serving(predictor, failed.set) as client:
        assert failed.wait(10)
        assert client.get(SETTINGS.health_route).status_code == 503


def test_a_runtime_that_is_not_installed_is_a_failed_start_and_no_other_steps_in(monkeypatch):
    monkeypatch.setitem(sys.modules, "clarity.pat.runtime", None)
    failed = threading.Event()
    load = endpoint.loader("openvino", endpoint.open_artifact(""), 1)

    with serving(Predictor(load, queue=4), failed.set) as client:
        assert failed.wait(10)
        assert client.get(SETTINGS.health_route).status_code == 503


def test_a_runtime_that_nobody_knows_is_refused():
    ended = CliRunner(env=ENV).invoke(endpoint.main, ["--runtime", "numpy"])

    assert ended.exit_code == 2
    assert "'numpy' is not one of 'openvino', 'tensorflow'" in ended.output


def test_a_gpu_is_asked_for_only_where_it_would_be_used(caplog):
    ended = CliRunner(env=ENV).invoke(endpoint.main, ["--require-gpu"])

    assert ended.exit_code == 1
    assert "--require-gpu: expected --runtime tensorflow" in caplog.text


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    """Cloud Storage's download path with the shipped artifact in gs://models/pat/1."""
    files = {
        f"/download/storage/v1/b/models/o/pat%2F1%2F{name}": (
            artifact.shipped("small") / name
        ).read_bytes()
        for name in artifact.FILES
    }

    class Storage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path.partition("?")[0])
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Storage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "clarity-local")
        yield
        server.shutdown()


@pytest.mark.usefixtures("bucket")
def test_weights_are_taken_from_cloud_storage():
    source = endpoint.open_artifact("gs://models/pat/1/")

    assert source.manifest == endpoint.open_artifact("").manifest


@pytest.mark.usefixtures("bucket")
def test_an_address_in_cloud_storage_without_weights_is_an_error_with_the_address():
    with pytest.raises(PermanentError, match="gs://models/pat/2 cannot be read"):
        endpoint.open_artifact("gs://models/pat/2")


def test_wrong_weights_do_not_start_and_the_reason_is_said(tmp_path, caplog):
    folder = shutil.copytree(artifact.shipped("small"), tmp_path / "pat")
    (folder / "weights.h5").write_bytes((folder / "weights.h5").read_bytes()[:-1])

    ended = CliRunner(env=ENV | {"AIP_STORAGE_URI": str(folder)}).invoke(endpoint.main)

    assert ended.exit_code == 1
    assert "not started: weights.h5 is not the file of pat-s-" in caplog.text


# The endpoint as it is, in a process that says at the end what it has imported.
PROCESS = """
import json, signal, sys
from infra.endpoint.main import main
signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it once more when it is done
try:
    main()
except SystemExit as end:
    names = ("tensorflow", "keras", "openvino", "openvino_telemetry")
    print(json.dumps({"status": end.code, "imported": [n for n in names if n in sys.modules]}))
"""


@pytest.mark.parametrize(
    ("options", "imported"),
    [([], ["openvino"]), (["--runtime", "tensorflow"], ["tensorflow", "keras"])],
    ids=["default", "tensorflow"],
)
def test_the_process_serves_until_it_is_told_to_stop_with_its_runtime_alone(pat, options, imported):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, "--host", "127.0.0.1", "--cores", "1", *options],
        cwd=ROOT,
        env=ENV | {"AIP_HTTP_PORT": port, "PYTHONPATH": "shared:.", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
    )

    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            wait_until_healthy(client.get)
            answer = post(client, {"instances": [b64(week())]})
        process.terminate()
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()

    (prediction,) = answer.json()["predictions"]
    assert np.abs(np.array(prediction["embedding"]) - pat.embed(week()[None])[0]).max() < 1e-5
    assert json.loads(said) == {"status": 0, "imported": imported}
