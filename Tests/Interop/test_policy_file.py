"""A policy file with a mistake: the server does not start, and says file, line, what and why."""

import subprocess

import pytest

from conftest import POLICY, Server


def start_with(tmp_path, certs, text):
    policy = tmp_path / "policy.yaml"
    policy.write_text(text)
    server = Server(tmp_path, certs, policy)
    result = subprocess.run(server.command(tmp_path / "ready"), capture_output=True, text=True, timeout=60)
    return policy, result


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("qualifying_points: 10000", "qualifying_point: 10000", ["qualifying_point", "qualifying_points"]),
        ("qualifying_points: 10000", "qualifying_points: many", ["qualifying_points"]),
        ("qualifying_points: 10000", "qualifying_points: -1", ["qualifying_points"]),
        ("stock: 200", "stock: -200", ["stock"]),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, certs, old, new, words):
    text = POLICY.read_text()
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    policy, result = start_with(tmp_path, certs, text.replace(old, new, 1))
    output = result.stdout + result.stderr
    assert result.returncode not in (0, -11, -4), output
    assert f"{policy}:{line}:" in output, output
    for word in words:
        assert word in output


def test_a_file_that_is_no_yaml_is_told_with_its_line(tmp_path, certs):
    policy, result = start_with(tmp_path, certs, POLICY.read_text() + "\n  - [unclosed\n")
    assert result.returncode not in (0, -11, -4)
    assert f"{policy}:" in result.stdout + result.stderr
