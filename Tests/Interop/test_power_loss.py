"""Power is lost under load, on a real kernel's ext4 and XFS: every acknowledged call is there exactly once.

The data directory is on a file system of its own, in an image mounted by loop. FS_IOC_SHUTDOWN with NOLOGFLUSH stops it
as a power loss would: what was synced stays, everything else is gone, and every later operation fails. The server must
end with an error, without another acknowledgement. The file system is mounted anew (its own journal is replayed) and
the server started again. Needs root, mkfs.ext4 and mkfs.xfs.

SEED replays the load's choices; POWER_LOSSES sets how often in all.
"""

import asyncio
import fcntl
import os
import random
import shutil
import struct
import subprocess

import pytest

from acknowledgements import Record, load, verified
from conftest import Server

POWER_LOSSES = int(os.environ.get("POWER_LOSSES", "10"))

# linux/fs.h (since 6.6; ext4.h and xfs_fs.h before): _IOR('X', 125, __u32), and the flag that drops the file system's log.
FS_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2

MAKE = {
    "ext4": ["mkfs.ext4", "-q", "-F"],
    "xfs": ["mkfs.xfs", "-q", "-f"],
}


def run(*command):
    subprocess.run([str(part) for part in command], check=True, timeout=120)


class Disk:
    """A file system in a file."""

    def __init__(self, folder, kind):
        self.image = folder / f"{kind}.image"
        self.mount_point = folder / f"{kind}-mount"
        self.mount_point.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(640 << 20)
        run(*MAKE[kind], self.image)

    def mount(self):
        run("mount", "-o", "loop", self.image, self.mount_point)

    def unmount(self):
        run("umount", self.mount_point)

    def lose_power(self):
        folder = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, FS_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)


def why_not(kind):
    """Why the test cannot run here; None if it can."""
    if os.geteuid() != 0:
        return "needs root to mount"
    if shutil.which(MAKE[kind][0], path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
        return f"{MAKE[kind][0]} is not installed"
    if not os.path.exists("/dev/loop-control"):
        return "the kernel has no loop devices"
    return None


@pytest.mark.parametrize("kind", MAKE)
def test_every_acknowledged_call_is_there_exactly_once_after_power_loss(stubs, certs, unlimited, tmp_path, kind):
    if reason := why_not(kind):
        pytest.skip(reason)
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    choices = random.Random(seed)
    record = Record()
    disk = Disk(tmp_path, kind)
    disk.mount()
    server = Server(tmp_path, certs, policy=unlimited, data=disk.mount_point / "data").start()
    try:
        for round in range(-(-POWER_LOSSES // len(MAKE))):

            async def strike():
                await asyncio.sleep(choices.uniform(0.2, 1.0))
                disk.lose_power()
                code = await asyncio.to_thread(server.process.wait, 60)
                assert code == 1, f"the server ended with {code}:\n{server.log.read_text()[-4000:]}"

            asyncio.run(load(server, record, choices, strike))
            disk.unmount()
            disk.mount()
            server.start()
            print(f"{kind}, loss {round + 1}: {verified(server, record, choices)}")
        assert server.stop() == 0
    finally:
        if server.process.poll() is None:
            server.kill()
        disk.unmount()
