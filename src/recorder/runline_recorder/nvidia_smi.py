"""The GPUs of this machine as nvidia-smi describes them: which there are, what of their memory is used and
by whom. Its XML holds everything in one answer, on drivers of any age; fields that a GPU has not are absent
or `N/A`."""

import os
import select
import subprocess
import time

LIMIT_SECONDS = 10
CHUNK = 1 << 18
WORDS = ("nvidia-smi", "-q", "-x")
LIST = ("nvidia-smi", "-L")


class NoGpu(Exception):
    """This machine will not tell of any GPU, however long one waits."""


class NoAnswer(Exception):
    """Not now: it hangs, or broke off."""


class Gpu:
    """One GPU, or one MIG instance of it. `used` in bytes, None where it does not say; `processes` are
    (pid, name, bytes or None) of those that compute."""

    def __init__(self, uuid, index, label, used, processes, usable=True):
        self.uuid = uuid
        # What CUDA calls it in the order of the PCI bus; None for an instance, which has only its UUID.
        self.index = index
        self.label = label
        self.used = used
        self.processes = processes
        self.usable = usable


def look(stop=lambda: False):
    """[Gpu] in the order of nvidia-smi, or None when `stop()` says so first. Raises NoGpu and NoAnswer."""
    answer = _ask(WORDS, stop)
    if answer is None:
        return None
    found = parse(answer)
    if any(gpu is None for _, gpu in found):
        listing = _ask(LIST, stop)
        if listing is None:
            return None
        return with_instances(found, listing)
    return [gpu for _, gpu in found]


def _ask(words, stop):
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError:
        raise NoGpu("there is no nvidia-smi")
    handle = process.stdout.fileno()
    os.set_blocking(handle, False)
    until = time.monotonic() + LIMIT_SECONDS
    data = b""
    try:
        while time.monotonic() < until:
            if stop():
                return None
            # Looked at first: what it wrote before its end is then in the pipe, whoever else holds that.
            code = process.poll()
            piece = _read(handle)
            data += piece
            if code is not None and not piece:
                if code == 0:
                    return data
                raise NoGpu(_first_line(data) or "nvidia-smi ended with exit %d" % code)
            if not piece:
                select.select([handle] if code is None else [], [], [], 0.05)
        raise NoAnswer("nvidia-smi does not answer")
    finally:
        # Not waited for: one that hangs in a broken driver can't be killed.
        process.kill()
        process.stdout.close()


def _read(handle):
    try:
        return os.read(handle, CHUNK)
    except BlockingIOError:
        return b""


def _first_line(data):
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return " ".join(lines[0].split())[:200].rstrip(".") if lines else ""


def parse(data):
    """[(number of the GPU, Gpu)] of the XML; None instead of a Gpu for one that is divided into instances:
    those are told by `with_instances`. Raises NoAnswer for what is no such XML."""
    from xml.etree import ElementTree

    # Around it there may be warnings, of a damaged infoROM for example.
    begin, end = data.find(b"<nvidia_smi_log"), data.rfind(b"</nvidia_smi_log>")
    try:
        root = ElementTree.fromstring(data[begin : end + len(b"</nvidia_smi_log>")] if begin >= 0 else b"")
    except ElementTree.ParseError:
        raise NoAnswer("nvidia-smi answers something unknown")
    found = []
    for number, node in enumerate(root.iter("gpu")):
        uuid = (node.findtext("uuid") or "").strip()
        processes = _processes(node)
        if (node.findtext("mig_mode/current_mig") or "").strip() == "Enabled":
            found.append((number, None))
            for device in node.iter("mig_device"):
                found.append((number, _instance(number, device, processes)))
        elif uuid:
            usable = (node.findtext("compute_mode") or "").strip() != "Prohibited"
            used = _bytes(node.findtext("fb_memory_usage/used"))
            own = [(pid, name, size) for pid, name, size, _ in processes]
            found.append((number, Gpu(uuid, number, "GPU %d" % number, used, own, usable)))
    return found


def _instance(number, device, processes):
    text = [(device.findtext(name) or "").strip() for name in ("gpu_instance_id", "compute_instance_id")]
    own = [(pid, name, size) for pid, name, size, place in processes if place == text]
    index = (device.findtext("index") or "").strip()
    used = _bytes(device.findtext("fb_memory_usage/used"))
    return Gpu("", None, "GPU %d instance %s" % (number, index), used, own)


def with_instances(found, listing):
    """The Gpus of `parse`, each MIG instance with the UUID that `nvidia-smi -L` gives it. One that is not
    listed is left out: nothing could be run on it."""
    uuids = {}
    number = -1
    for line in listing.decode("utf-8", "replace").splitlines():
        uuid = line.rpartition("UUID: ")[2].rstrip(") ")
        words = line.split()
        if line.startswith("GPU ") and words[1].rstrip(":").isdigit():
            number = int(words[1].rstrip(":"))
        elif words[:1] == ["MIG"] and "Device" in words[:-1] and uuid.startswith("MIG-"):
            place = words[words.index("Device") + 1].rstrip(":")
            uuids["GPU %d instance %s" % (number, place)] = uuid
    for _, gpu in found:
        if gpu is not None and not gpu.uuid:
            gpu.uuid = uuids.get(gpu.label, "")
    return [gpu for _, gpu in found if gpu is not None and gpu.uuid]


def _processes(node):
    """(pid, name, bytes or None, [GPU instance, compute instance]) of what computes there. Displays and
    browsers draw (`G`), and only count by the memory that they take."""
    found = []
    for process in node.iter("process_info"):
        pid = (process.findtext("pid") or "").strip()
        kind = (process.findtext("type") or "C").strip()
        if not pid.isdigit() or "C" not in kind or "G" in kind:
            continue
        words = (process.findtext("process_name") or "").split()
        place = [
            (process.findtext(name) or "").strip() for name in ("gpu_instance_id", "compute_instance_id")
        ]
        name = os.path.basename(words[0]) if words else ""
        found.append((int(pid), name, _bytes(process.findtext("used_memory")), place))
    return found


def _bytes(text):
    """`11264 MiB` in bytes; None for `N/A`, `[Insufficient Permissions]` and the like."""
    words = (text or "").split()
    try:
        return int(float(words[0]) * {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[words[1]])
    except (IndexError, KeyError, ValueError):
        return None
