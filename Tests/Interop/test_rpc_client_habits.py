"""What scripts and shells rely on: profiles, environment, exit codes, standard output, colours, completions, waiting."""

import os
import pty
import re
import signal
import subprocess
import threading
import time

import pytest
from grpc_health.v1 import health_pb2

from conftest import ROOT, Server
from rpc_client_peers import CLEAN, CLIENT, SERVICE, make_python_server, one_line, run, server_credentials
from rpc_client_peers import interop_stubs, python_peer  # noqa: F401


@pytest.fixture
def config(tmp_path, python_peer, certs):
    """A configuration file beside which the authority lies."""
    folder = tmp_path / "rpc-client"
    folder.mkdir()
    (folder / "ca.pem").write_bytes((certs / "ca.pem").read_bytes())
    path = folder / "config"
    path.write_text(
        f"# servers\n[staging]\naddress = {python_peer.address}   # a comment\ncacert = ca.pem\n"
        "header = x-grpc-test-echo-initial: from-profile\n\n[broken]\naddress = 127.0.0.1:1\ntimeout = 200ms\n")
    return path


def test_a_profile_names_the_server(config):
    assert SERVICE in run("list", "--profile", "staging", "--config", config).stdout.split()
    # The default place.
    assert SERVICE in run("list", "--profile", "staging", env={"XDG_CONFIG_HOME": str(config.parents[1])}).stdout
    assert SERVICE in run("list", env={"RPC_CLIENT_PROFILE": "staging", "RPC_CLIENT_CONFIG": str(config)}).stdout
    result = run("call", f"{SERVICE}/UnaryCall", "-v", "--profile", "staging", "--config", config)
    assert "< x-grpc-test-echo-initial: from-profile" in result.stderr


def test_the_environment_names_the_server(python_peer, certs):
    env = {"RPC_CLIENT_ADDRESS": python_peer.address, "RPC_CLIENT_CACERT": str(certs / "ca.pem")}
    assert SERVICE in run("list", env=env).stdout.split()


def test_an_option_wins_over_the_profile_and_the_profile_over_the_environment(config, python_peer):
    env = {"RPC_CLIENT_ADDRESS": "127.0.0.1:1", "RPC_CLIENT_TIMEOUT": "5"}
    run("list", "--profile", "staging", "--config", config, env=env)
    run("list", "--profile", "broken", "--config", config, "--address", python_peer.address, "--cacert",
        config.parent / "ca.pem", "--timeout", "20")
    run("list", "--profile", "broken", "--config", config, env={"RPC_CLIENT_ADDRESS": python_peer.address}, code=78)


@pytest.mark.parametrize("text, name, word", [
    ("[staging]\nadress = x:1\n", "staging", "config:2: a profile has no \"adress\"; did you mean address?"),
    ("[staging]\naddress = x:1\n", "stagin", "no profile [stagin]; did you mean staging?"),
    ("address = x:1\n", "staging", "before the first [profile]"),
    ("[staging]\naddress\n", "staging", "config:2: \"address\" is not 'key = value'"),
    ("[a]\n[a]\n", "a", "config:2: the profile [a] is there twice"),
    ("[a]\ntimeout = soon\n", "a", "\"soon\" is no length of time"),
])
def test_mistakes_in_the_configuration_are_told_with_their_place(tmp_path, text, name, word):
    (tmp_path / "config").write_text(text)
    assert word in one_line(run("list", "--profile", name, "--config", tmp_path / "config", code=64))


def test_a_profile_without_a_file(tmp_path):
    assert "nosuch" in one_line(run("list", "--profile", "p", "--config", tmp_path / "nosuch", code=1))


@pytest.mark.parametrize("words, code, word", [
    (["call", f"{SERVICE}/UnaryCall", "-d", '{"responseSise": 1}'], 2, 'did you mean "responseSize"?'),
    (["call", f"{SERVICE}/UnaryCall", "-d", '{"responseSize": "x"}'], 2, "int32"),
    (["call", f"{SERVICE}/UnaryCall", "-d", '{"responseSize": 1'], 2, "ends too early"),
    (["call", f"{SERVICE}/UnaryCall", "-d", '{"payload": {"type": "COMPRESSIBLE"}}'], 2, "COMPRESSABLE"),
    (["call", f"{SERVICE}/UnaryCal"], 1, "did you mean UnaryCall?"),
    (["call", "grpc.testing.TestServise/UnaryCall"], 1, "did you mean grpc.testing.TestService?"),
    (["call", "UnaryCall"], 64, "is not SERVICE/METHOD"),
    (["call", f"{SERVICE}/UnaryCall", "-H", "no colon"], 64, "no colon"),
    (["call", f"{SERVICE}/UnaryCall", "-H", "x-bin: !"], 64, "Base64"),
    (["describe", f"{SERVICE}.UnaryCal"], 1, "UnaryCall"),
    (["list", "--descriptor-set", __file__], 1, "is not a FileDescriptorSet"),
])
def test_bad_input_is_one_line_with_its_exit_code(python_peer, words, code, word):
    assert word in one_line(python_peer.run(*words, code=code))


def test_wrong_options_are_a_usage_error():
    for words in (["call"], ["list", "--nosuch"], ["call", "a/b", "--format", "xml"], ["bench", "a/b", "--rate", "0"]):
        assert run(*words, code=64).stdout == ""


def test_quiet_says_nothing_and_exits_the_same(python_peer):
    result = python_peer.run("call", f"{SERVICE}/UnaryCall", "-q", "-d", '{"responseStatus": {"code": 5}}', code=69)
    assert result.stdout == "" and result.stderr == ""


def on_terminal(words, env):
    """Runs with standard error on a pseudo-terminal, and returns what appears there."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [CLIENT, *map(str, words)], stdout=subprocess.DEVNULL, stderr=child, env={**CLEAN, "TERM": "xterm", **env})
    os.close(child)
    text = b""
    while True:
        try:
            chunk = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        text += chunk
    os.close(parent)
    process.wait(timeout=60)
    return text.decode()


def test_colours_on_a_terminal_only_and_not_with_no_color():
    words = ["list", "--address", "127.0.0.1:1", "--cacert", "/nonexistent"]
    assert "\x1b[31m" in on_terminal(words, {"NO_COLOR": ""})
    assert "\x1b" not in on_terminal(words, {"NO_COLOR": "1"})
    assert "\x1b" not in on_terminal(words, {"TERM": "dumb"})
    assert "\x1b" not in run(*words, code=1).stderr


def test_help_has_the_table_of_exit_codes():
    text = run("--help").stdout
    for code, name in [(0, "done"), (2, "does not fit"), (5, "fail-if"), (64, "wrong arguments"), (78, "UNAVAILABLE"),
                       (80, "UNAUTHENTICATED"), (130, "interrupted")]:
        assert re.search(rf"\b{code} +{name}|\b{code} .*{name}", text), (code, name)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_there(shell):
    script = run("--generate-completion-script", shell).stdout
    for word in ("bench", "--cacert", "---completion"):
        assert word.lstrip("-") in script


def test_bash_completes_services_and_methods(python_peer, tmp_path, certs):
    """As a person at the prompt: bash loads the script and is asked what follows."""
    (tmp_path / "completion").write_text(run("--generate-completion-script", "bash").stdout)
    program = f"""
      PATH={CLIENT.parent}:$PATH
      source {tmp_path}/completion
      function_name=$(complete -p rpc-client | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      try() {{
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${{#COMP_LINE}}; COMPREPLY=()
        "$function_name" rpc-client "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
      }}
      try rpc-client call --profile here {SERVICE}/Un
      try rpc-client list --profile here grpc.t
    """
    (tmp_path / "config").write_text(f"[here]\naddress = {python_peer.address}\ncacert = {certs / 'ca.pem'}\n")
    found = subprocess.run(
        ["bash", "--norc", "-c", program], capture_output=True, text=True, timeout=60,
        env={**CLEAN, "RPC_CLIENT_CONFIG": str(tmp_path / "config")})
    assert found.stdout.split() == [f"{SERVICE}/UnaryCall", SERVICE], found


def test_the_manual_is_that_of_this_version():
    """docs/rpc-client.1 is made from --help by scripts/manual.py."""
    made = subprocess.run(
        ["python3", ROOT / "scripts" / "manual.py", CLIENT], check=True, capture_output=True, text=True).stdout
    assert made == (ROOT / "docs" / "rpc-client.1").read_text(), "run scripts/manual.py > docs/rpc-client.1"


# -- health and wait


def test_health_tells_and_exits_by_it(python_peer):
    assert python_peer.run("health").stdout == "SERVING\n"
    python_peer.health.set("half", health_pb2.HealthCheckResponse.NOT_SERVING)
    assert python_peer.run("health", "half", code=3).stdout == "NOT_SERVING\n"
    assert "NOT_FOUND" in python_peer.run("health", "nosuch", code=69).stderr


def test_health_watch_prints_each_change(python_peer):
    python_peer.health.set("watched", health_pb2.HealthCheckResponse.SERVING)
    process = subprocess.Popen(
        [CLIENT, "health", "watched", "--watch", "--address", python_peer.address, *python_peer.tls],
        # A shell that runs the tests in the background has them ignore Ctrl-C, and they hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), stdout=subprocess.PIPE, text=True, env=CLEAN)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z SERVING\n", process.stdout.readline())
        python_peer.health.set("watched", health_pb2.HealthCheckResponse.NOT_SERVING)
        assert process.stdout.readline().endswith("Z NOT_SERVING\n")
        process.send_signal(signal.SIGINT)
        assert process.wait() in (130, -signal.SIGINT)
    finally:
        watchdog.cancel()
        process.kill()


def test_wait_ends_when_the_server_serves(tmp_path, certs):
    """The server comes up after wait has begun."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    waiting = subprocess.Popen(
        [CLIENT, "wait", "--for", "serving", "--timeout", "60s", "--address", f"127.0.0.1:{port}", "--cacert",
         certs / "ca.pem"], stderr=subprocess.PIPE, text=True, env=CLEAN)
    server = Server(tmp_path, certs)
    command = server.command
    server.command = lambda ready: [
        f"127.0.0.1:{port}" if word == "127.0.0.1:0" else word for word in command(ready)]
    try:
        server.start()
        assert waiting.wait(timeout=60) == 0, waiting.stderr.read()
    finally:
        waiting.kill()
        if server.process: server.kill()


def test_wait_gives_up_with_a_code_of_its_own(python_peer):
    text = one_line(run("wait", "--address", "127.0.0.1:1", "--timeout", "300ms", code=4))
    assert "127.0.0.1:1 is not serving after" in text and "connection refused" in text
    python_peer.health.set("down", health_pb2.HealthCheckResponse.NOT_SERVING)
    assert "NOT_SERVING" in one_line(python_peer.run("wait", "down", "--timeout", "300ms", code=4))
    python_peer.run("wait", "down", "--for", "not-serving", "--timeout", "10s")
    python_peer.run("wait", "--for", "reachable", "--timeout", "10s")


def test_wait_tells_at_once_what_waiting_cannot_mend(certs):
    result = run("wait", "--cacert", "/nonexistent.pem", "--timeout", "60s", code=1)
    assert "/nonexistent.pem" in one_line(result)
