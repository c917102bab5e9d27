"""A notebook's kernel, driven as an editor drives it: cells come as lines of JSON and are answered as lines of JSON, [status, what it
printed]. A null instead of a cell restarts the kernel. The kernel inherits this process's environment, as it does the editor's."""

import json
import sys

from jupyter_client.manager import KernelManager


def opened(kernel):
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    return client


kernel = KernelManager(kernel_name="python3")
kernel.start_kernel()
client = opened(kernel)
try:
    for line in sys.stdin:
        cell = json.loads(line)
        printed = []
        if cell is None:
            client.stop_channels()
            kernel.restart_kernel(now=True)
            client = opened(kernel)
            status = "restarted"
        else:

            def hear(message):
                content = message["content"]
                if content.get("name") == "stdout" or "traceback" in content:
                    printed.append(content.get("text") or "\n".join(content["traceback"]))

            status = client.execute_interactive(cell, timeout=240, output_hook=hear)["content"]["status"]
        print(json.dumps([status, "".join(printed)]), flush=True)
finally:
    client.stop_channels()
    kernel.shutdown_kernel(now=True)
