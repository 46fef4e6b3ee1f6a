"""rpc-client bench against a server whose answers the test knows: what it counts must be what the server saw."""

import concurrent.futures
import csv
import html.parser
import io
import json
import signal
import subprocess
import threading
import time

import grpc
import pytest

from rpc_client_peers import CLEAN, CLIENT, PROTO, SERVICE, one_line, run, server_credentials
from rpc_client_peers import interop_stubs  # noqa: F401
from test_rpc_client_habits import on_terminal


class Counting:
    """TestService that keeps what it was asked, and stalls when told."""

    def __init__(self, certs, port=0):
        import test_pb2
        import test_pb2_grpc

        self.seen = []
        self.stall = None
        counting = self

        class TestService(test_pb2_grpc.TestServiceServicer):
            def UnaryCall(self, request, context):
                counting.seen.append(request)
                if counting.stall and len(counting.seen) == counting.stall[0]:
                    time.sleep(counting.stall[1])
                if request.HasField("response_status"):
                    context.abort(grpc.StatusCode.NOT_FOUND, request.response_status.message)
                return test_pb2.SimpleResponse()

            def StreamingOutputCall(self, request, context):
                for parameters in request.response_parameters:
                    yield test_pb2.StreamingOutputCallResponse(payload=test_pb2.Payload(body=bytes(parameters.size)))

            def StreamingInputCall(self, requests, context):
                counting.seen.append(list(requests))
                return test_pb2.StreamingInputCallResponse()

        # One worker: a stall holds up every other call.
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=1))
        test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), self.server)
        self.port = self.server.add_secure_port(f"127.0.0.1:{port}", server_credentials(certs))
        self.server.start()
        self.words = ["--address", f"127.0.0.1:{self.port}", "--cacert", certs / "ca.pem", *PROTO]

    def bench(self, *words, method="UnaryCall", code=0, **options):
        return run("bench", f"{SERVICE}/{method}", *words, *self.words, code=code, **options)


@pytest.fixture
def counting(interop_stubs, certs):
    server = Counting(certs)
    yield server
    server.server.stop(None).wait()


def test_a_closed_loop_makes_exactly_the_calls_asked_for(counting):
    result = counting.bench("-n", "500", "-c", "3", "-m", "4", "--format", "json")
    report = json.loads(result.stdout)
    assert result.stderr == ""
    assert len(counting.seen) == report["calls"] == report["statuses"]["OK"] == 500 and report["errors"] == 0
    times = report["latencyMilliseconds"]
    order = [times[name] for name in ("min", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max")]
    assert order == sorted(order) and times["min"] > 0


def test_an_open_loop_makes_as_many_calls_as_its_rate_says(counting):
    report = json.loads(counting.bench("--rate", "200", "--duration", "1s", "--format", "json").stdout)
    assert report["calls"] + report["unsent"] == 200 and len(counting.seen) == report["calls"]


def test_calls_of_the_warm_up_are_made_and_not_counted(counting):
    words = ["--rate", "100", "--duration", "500ms", "--warmup", "500ms", "--format", "json"]
    report = json.loads(counting.bench(*words).stdout)
    assert report["calls"] + report["unsent"] == 50 and len(counting.seen) == 50 + report["calls"]


def test_steps_and_ramps_make_the_calls_of_their_rates(counting):
    for words in (["--steps", "50:150:50", "--duration", "900ms"], ["--ramp", "0:200", "--duration", "900ms"]):
        counting.seen.clear()
        report = json.loads(counting.bench(*words, "--format", "json").stdout)
        assert report["calls"] + report["unsent"] == 90 == len(counting.seen) + report["unsent"]


def test_a_stall_is_not_hidden_from_the_open_loop(counting):
    """One call stalls for a second while 100 a second are due: some half of the calls due meanwhile waited half a second
    or more, though the server took next to no time for each. A closed loop would tell of a single slow call."""
    counting.stall = (20, 1.0)
    report = json.loads(
        counting.bench("--rate", "100", "--duration", "2s", "-m", "1", "--format", "json").stdout)
    from_due, from_sending = report["latencyMilliseconds"], report["serviceMilliseconds"]
    assert from_due["p75"] > 200 and from_due["max"] >= 1000
    assert from_sending["p90"] < 200 and from_sending["max"] >= 1000


def test_each_call_has_its_own_request(counting, tmp_path):
    (tmp_path / "members.csv").write_text('size,note\n11,first\n22,"second, with comma"\n')
    counting.bench(
        "-n", "100", "--csv", tmp_path / "members.csv", "-d",
        '{"responseSize": {{size}}, "responseStatus": {"code": {{seq}}, "message": "{{uuid}} {{note}}"}}')
    assert sorted(r.response_status.code for r in counting.seen) == list(range(100))
    assert len({r.response_status.message.split()[0] for r in counting.seen}) == 100
    for request in counting.seen:
        expected = (11, "first") if request.response_status.code % 2 == 0 else (22, "second, with comma")
        assert (request.response_size, request.response_status.message.split(" ", 1)[1]) == expected


def test_requests_of_a_file_are_taken_in_turn(counting, tmp_path):
    (tmp_path / "requests.ndjson").write_text("".join(f'{{"responseSize": {n}}}\n' for n in (1, 2, 3)))
    counting.bench("-n", "30", "-m", "1", "-d", f"@{tmp_path}/requests.ndjson")
    assert [r.response_size for r in counting.seen] == [1, 2, 3] * 10


def test_streams_are_loaded_too(counting):
    request = json.dumps({"responseParameters": [{"size": size} for size in (1, 40_000, 3)]})
    report = json.loads(counting.bench("-n", "20", "-d", request, "--format", "json", method="StreamingOutputCall").stdout)
    assert report["statuses"] == {"OK": 20} and report["responseMessages"] == 60
    counting.bench("-n", "10", "-d", '{"payload":{"body":"AA=="}} {"payload":{"body":"AAA="}}', method="StreamingInputCall")
    assert [[len(r.payload.body) for r in call] for call in counting.seen] == [[1, 2]] * 10


def test_errors_are_counted_by_status_with_a_sample(counting):
    words = ["-n", "40", "-d", '{"responseSize":1}', "-d", '{"responseStatus":{"code":5,"message":"no such member"}}']
    report = json.loads(counting.bench(*words, "--format", "json").stdout)
    assert report["statuses"] == {"OK": 20, "NOT_FOUND": 20}
    assert report["errorSamples"] == {"NOT_FOUND": "no such member"} and report["errors"] == 20
    text = counting.bench(*words).stdout
    assert "NOT_FOUND" in text and "no such member" in text


def test_thresholds_are_the_exit_code(counting):
    counting.bench("-n", "10", "--fail-if", "p99>1m", "--fail-if", "errors>0")
    result = counting.bench("-n", "10", "--fail-if", "max>1ns", "--fail-if", "p50>1m", code=5)
    assert "threshold crossed: max>1ns: it is" in result.stderr and "p50" not in result.stderr
    assert "p50" in result.stdout


class Checked(html.parser.HTMLParser):
    """Finds tags that do not close, and whatever a page would load."""

    void = {"meta", "line", "rect", "circle", "polyline"}

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.loads = [], [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        self.loads += [value for name, value in attributes if name in ("src", "href")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_reports_in_every_form_tell_the_same(counting, tmp_path):
    paths = {form: tmp_path / f"report.{form}" for form in ("json", "csv", "html", "txt")}
    words = [word for path in paths.values() for word in ("--report", path)]
    printed = counting.bench("--rate", "100", "--duration", "2s", *words, "-d", '{"responseStatus":{"message":"<b>&"}}').stdout
    report = json.loads(paths["json"].read_text())
    assert paths["txt"].read_text() == printed and str(report["calls"]) in printed
    rows = list(csv.DictReader(io.StringIO(paths["csv"].read_text())))
    assert sum(int(row["calls"]) for row in rows) == report["calls"]
    assert len(rows) == len(report["intervals"]) >= 2
    page = Checked()
    page.feed(paths["html"].read_text())
    assert page.open == [] and page.loads == [] and page.seen.count("svg") == 3
    assert "&lt;b&gt;&amp;" in paths["html"].read_text()


def test_a_terminal_shows_each_second_and_is_left_clean(counting):
    words = ["bench", f"{SERVICE}/UnaryCall", "--rate", "50", "--duration", "1600ms", *counting.words]
    shown = on_terminal(words, {})
    assert "errors 0" in shown and "/s  p50 " in shown and "p99 " in shown
    assert shown.endswith("\r\x1b[K"), "the line is wiped at the end"
    assert on_terminal([*words, "--quiet"], {}) == ""


def test_ctrl_c_prints_what_there_is_so_far(counting, tmp_path):
    process = subprocess.Popen(
        [CLIENT, "bench", f"{SERVICE}/UnaryCall", "--duration", "10m", "--format", "json", *map(str, counting.words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        while len(counting.seen) < 100:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    finally:
        watchdog.cancel()
        process.kill()
    report = json.loads(out)
    assert process.returncode == 130 and report["interrupted"] and report["calls"] >= 50
    assert any("interrupted" in remark for remark in report["remarks"])


def test_a_server_that_goes_away_and_comes_back_is_found_again(counting, certs):
    process = subprocess.Popen(
        [CLIENT, "bench", f"{SERVICE}/UnaryCall", "--duration", "4s", "--format", "json", *map(str, counting.words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        while len(counting.seen) < 50:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        counting.server.stop(None).wait()
        again = Counting(certs, counting.port)
        out, err = process.communicate()
    finally:
        watchdog.cancel()
        process.kill()
    report = json.loads(out)
    assert report["statuses"]["UNAVAILABLE"] > 0 and len(again.seen) > 0
    assert any("connections failed or were lost" in remark for remark in report["remarks"])
    again.server.stop(None).wait()


@pytest.mark.parametrize("words, code, word", [
    (["-d", '{"responseSise": 1}'], 2, 'did you mean "responseSize"?'),
    (["-d", '{"responseSize": {{sequence}}}'], 2, "is no placeholder"),
    (["--csv", "/nonexistent.csv"], 1, "/nonexistent.csv"),
    (["-d", "@/nonexistent.json"], 1, "/nonexistent.json"),
])
def test_bad_requests_are_told_before_any_call(counting, words, code, word):
    assert word in one_line(counting.bench(*words, code=code)) and counting.seen == []


@pytest.mark.parametrize("words", [
    ["--rate", "0"], ["--rate", "1", "--ramp", "1:2"], ["--ramp", "x"], ["-n", "5", "--duration", "1s"], ["-c", "0"],
    ["--fail-if", "p99"], ["--report", "x.pdf"], ["--steps", "5:1:1"], ["--format", "xml"],
])
def test_options_that_make_no_sense(counting, words):
    assert counting.bench(*words, code=64).stdout == ""


def test_without_a_server_there_is_no_report(certs):
    result = run(
        "bench", f"{SERVICE}/UnaryCall", "--address", "127.0.0.1:1", "--cacert", certs / "ca.pem", *PROTO, "-n", "5",
        code=78)
    assert "connection refused" in one_line(result)
