"""GPUs out of nvidia-smi's answers, as drivers of several generations give them."""

import unittest

from runline_recorder.gpu_leases import _allowed, _ordinal
from runline_recorder.nvidia_smi import NoAnswer, parse, with_instances

MIB = 1 << 20
HEAD = '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_%s.dtd">\n<nvidia_smi_log>\n'
# Driver 515 with a Turing card: no process, memory that the driver itself holds.
T4 = """<gpu id="00000000:00:1E.0"><product_name>Tesla T4</product_name>
<mig_mode><current_mig>N/A</current_mig><pending_mig>N/A</pending_mig></mig_mode>
<mig_devices>None</mig_devices><uuid>GPU-t4</uuid><minor_number>0</minor_number>
<fb_memory_usage><total>15360 MiB</total><reserved>388 MiB</reserved><used>103 MiB</used></fb_memory_usage>
<compute_mode>Default</compute_mode><processes></processes></gpu>"""
# Driver 390: no mig_mode, no reserved; a card that can't list processes.
OLD = """<gpu id="00000000:01:00.0"><product_name>GeForce GT 1030</product_name><uuid>GPU-old</uuid>
<fb_memory_usage><total>2000 MiB</total><used>1500 MiB</used></fb_memory_usage>
<compute_mode>Default</compute_mode><processes>N/A</processes></gpu>"""
# Driver 550: a desktop that draws, a notebook that computes, and one of another user whose size is hidden.
BUSY = """<gpu id="00000000:0A:00.0"><uuid>GPU-busy</uuid>
<mig_mode><current_mig>N/A</current_mig></mig_mode>
<fb_memory_usage><total>24576 MiB</total><reserved>423 MiB</reserved><used>13001 MiB</used></fb_memory_usage>
<compute_mode>Default</compute_mode><processes>
<process_info><gpu_instance_id>N/A</gpu_instance_id><compute_instance_id>N/A</compute_instance_id>
<pid>1500</pid><type>G</type><process_name>/usr/lib/xorg/Xorg</process_name><used_memory>300 MiB</used_memory>
</process_info>
<process_info><gpu_instance_id>N/A</gpu_instance_id><compute_instance_id>N/A</compute_instance_id>
<pid>2000</pid><type>C</type><process_name>/opt/conda/bin/python train.py --lr 1</process_name>
<used_memory>12288 MiB</used_memory></process_info>
<process_info><pid>2001</pid><type>C</type><process_name>[Insufficient Permissions]</process_name>
<used_memory>[Insufficient Permissions]</used_memory></process_info>
<process_info><pid>2002</pid><type>C+G</type><process_name>chrome</process_name><used_memory>9 MiB</used_memory>
</process_info></processes></gpu>"""
PROHIBITED = """<gpu id="1"><uuid>GPU-closed</uuid><compute_mode>Prohibited</compute_mode>
<fb_memory_usage><used>N/A</used></fb_memory_usage></gpu>"""
# Driver 535: an A100 divided in two, the first instance at work.
A100 = """<gpu id="00000000:41:00.0"><product_name>NVIDIA A100-SXM4-80GB</product_name>
<mig_mode><current_mig>Enabled</current_mig><pending_mig>Enabled</pending_mig></mig_mode><mig_devices>
<mig_device><index>0</index><gpu_instance_id>3</gpu_instance_id><compute_instance_id>0</compute_instance_id>
<fb_memory_usage><total>19968 MiB</total><used>8012 MiB</used></fb_memory_usage></mig_device>
<mig_device><index>1</index><gpu_instance_id>5</gpu_instance_id><compute_instance_id>0</compute_instance_id>
<fb_memory_usage><total>19968 MiB</total><used>12 MiB</used></fb_memory_usage></mig_device></mig_devices>
<uuid>GPU-a100</uuid><fb_memory_usage><total>81920 MiB</total><used>8100 MiB</used></fb_memory_usage>
<compute_mode>Default</compute_mode><processes><process_info><gpu_instance_id>3</gpu_instance_id>
<compute_instance_id>0</compute_instance_id><pid>77</pid><type>C</type><process_name>python</process_name>
<used_memory>8000 MiB</used_memory></process_info></processes></gpu>"""
LISTING = b"""GPU 0: Tesla T4 (UUID: GPU-t4)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-a100)
  MIG 2g.20gb     Device  0: (UUID: MIG-first)
  MIG 2g.20gb Device 1: (UUID: MIG-GPU-a100/5/0)
"""


def answer(*gpus, version="v12"):
    return (HEAD % version + "\n".join(gpus) + "\n</nvidia_smi_log>\n").encode()


class NvidiaSmi(unittest.TestCase):
    def gpus(self, *texts, **named):
        return [gpu for _, gpu in parse(answer(*texts, **named))]

    def test_generations(self):
        found = self.gpus(OLD, T4, version="v9")
        self.assertEqual([gpu.uuid for gpu in found], ["GPU-old", "GPU-t4"])
        self.assertEqual([gpu.index for gpu in found], [0, 1])
        self.assertEqual([gpu.used for gpu in found], [1500 * MIB, 103 * MIB])
        self.assertEqual([gpu.processes for gpu in found], [[], []])

    def test_who_computes_and_who_only_draws(self):
        (gpu,) = self.gpus(BUSY)
        self.assertEqual(gpu.processes, [(2000, "python", 12288 * MIB), (2001, "[Insufficient", None)])

    def test_a_GPU_that_is_closed_to_computing(self):
        (gpu,) = self.gpus(PROHIBITED)
        self.assertEqual((gpu.usable, gpu.used), (False, None))

    def test_instances_count_one_each(self):
        found = parse(answer(T4, A100))
        self.assertIsNone(found[1][1])
        gpus = with_instances(found, LISTING)
        self.assertEqual([gpu.uuid for gpu in gpus], ["GPU-t4", "MIG-first", "MIG-GPU-a100/5/0"])
        self.assertEqual([len(gpu.processes) for gpu in gpus], [0, 1, 0])
        self.assertEqual([gpu.used for gpu in gpus], [103 * MIB, 8012 * MIB, 12 * MIB])
        self.assertEqual(gpus[1].label, "GPU 1 instance 0")

    def test_instances_that_are_not_listed_are_left_out(self):
        self.assertEqual([gpu.uuid for gpu in with_instances(parse(answer(T4, A100)), b"")], ["GPU-t4"])

    def test_warnings_around_the_answer(self):
        data = b"WARNING: x < y\n" + answer(T4) + b"WARNING: infoROM is corrupted at gpu 0000:00:1E.0\n"
        self.assertEqual(len(parse(data)), 1)

    def test_what_is_no_answer(self):
        for data in (b"", b"hello", answer(T4)[:200], b"<nvidia_smi_log><gpu></nvidia_smi_log>"):
            with self.assertRaises(NoAnswer):
                parse(data)
        self.assertEqual(parse(answer()), [])


class Allowed(unittest.TestCase):
    def test_what_the_environment_leaves(self):
        gpus = [gpu for _, gpu in parse(answer(OLD, T4))]
        names = lambda visible: [gpu.uuid for gpu in _allowed(gpus, visible)]  # noqa: E731
        self.assertEqual(names(None), ["GPU-old", "GPU-t4"])
        self.assertEqual(names("1"), ["GPU-t4"])
        self.assertEqual(names("GPU-o, 1"), ["GPU-old", "GPU-t4"])
        self.assertEqual(names(""), [])
        self.assertEqual(names("-1"), [])

    def test_ordinals(self):
        given = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)
        self.assertEqual(
            " ".join(map(_ordinal, given)), "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th"
        )


if __name__ == "__main__":
    unittest.main()
