#!/usr/bin/env python3
"""Runs one workload under several process trackers in turn and prints, for each: the slowdown against the same workload run
alone right after, the tracker's CPU time per exec, its memory, and how many of the execs it reported by name.

  peers.py [-n EXECS] [-r ROUNDS] [TRACKER ...]     (root; trackers: forkstat extrace bpftrace auditd auditd-full laurel-full taskhistory)

Needs gcc and, for each tracker, its Debian package: forkstat extrace bpftrace auditd laurel. `taskhistory` runs the program of
that name in $TASKHISTORY_DIR (default: the repository that this file is in) and counts through its batch interface.
The auditd trackers replace the audit rules and /var/log/audit of this machine: run them on a test machine only."""
import argparse, json, os, re, shutil, signal, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.realpath(__file__))
TICK = os.sysconf("SC_CLK_TCK")
WORK = tempfile.mkdtemp(prefix="peers-")

def sh(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout

def build():
    for name, flags in (("spawn", "-O2"), ("tiny", "-O2 -static")):
        subprocess.run(f"gcc {flags} -o {WORK}/{name} {HERE}/{name}.c", shell=True, check=True)

def cpu(pids):
    total = 0
    for pid in pids:
        try:
            f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += (int(f[11]) + int(f[12])) / TICK
        except OSError:
            pass
    return total

def rss(pids):
    total = 0
    for pid in pids:
        try:
            total += int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1)) // 1024
        except (OSError, AttributeError):
            pass
    return total

def workload(n):
    out = sh(f"{WORK}/spawn {n} 2 {WORK}/tiny")
    return float(re.search(r"execs ([\d.]+) s", out).group(1))

def tree(pid):
    pids = [pid]
    for p in pids:
        pids += [int(c) for c in sh(f"cat /proc/{p}/task/*/children 2>/dev/null").split() if int(c) not in pids]
    return pids

def report(name, t, base, cpus, mem, seen, n, extra=""):
    cpus_text = " + ".join(f"{v / n * 1e6:.0f} us ({k})" for k, v in cpus.items())
    print(f"{name:14s} slowdown x{t / base:.2f}  cpu/exec {cpus_text}  rss {mem} MB  seen {seen}/{n} ({100 * seen / n:.1f}%) {extra}", flush=True)

def piped(name, command, n, warm):
    out = f"{WORK}/{name}.out"
    with open(out, "wb") as f:
        p = subprocess.Popen(command, stdout=f, stderr=subprocess.STDOUT)
        time.sleep(warm)
        before = cpu([p.pid]); t = workload(n); time.sleep(2); used = cpu([p.pid]) - before; mem = rss([p.pid])
        p.send_signal(signal.SIGINT); p.wait()
    seen = int(sh(f"grep -a -c tiny {out}") or 0)
    report(name, t, workload(n), {name: used}, mem, seen, n)

def auditd(name, rules, laurel, n):
    sh("rm -f /var/log/audit/audit.log*; rm -rf /var/log/laurel/*")
    sh(f"sed -i 's/^active.*/active = {'yes' if laurel else 'no'}/' /etc/audit/plugins.d/laurel.conf")
    p = subprocess.Popen(["auditd", "-n"]); time.sleep(2)
    sh("auditctl -D; auditctl -b 65536; auditctl -e 1")
    for r in rules: sh(f"auditctl -a always,exit -F arch=b64 -S {r}")
    groups = {k: [int(x) for x in sh(f"pgrep -x {k}").split()] for k in ("auditd", "laurel", "kauditd")}
    before = {k: cpu(v) for k, v in groups.items()}
    t = workload(n); time.sleep(4)
    used = {k: cpu(v) - before[k] for k, v in groups.items() if v}
    mem = sum(rss(v) for k, v in groups.items() if k != "kauditd")
    lost = sh("auditctl -s | awk '$1==\"lost\"{print $2}'").strip()
    sh("auditctl -D; auditctl -e 0"); p.terminate(); p.wait()
    seen = int(sh("cat /var/log/audit/audit.log* | grep -a type=SYSCALL | grep -a -E 'syscall=(59|322) ' | grep -a -c 'comm=\"tiny\"'") or 0)
    size = sum(int(sh(f"du -sb {d} | cut -f1") or 0) for d in (["/var/log/audit"] + (["/var/log/laurel"] if laurel else [])))
    report(name, t, workload(n), used, mem, seen, n, f"lost {lost}  {size // n} bytes/exec")

INSTANCE = f"peers-{os.getpid()}"
PROJECT = os.environ.get("TASKHISTORY_DIR", os.path.join(HERE, "../../.."))

def release():
    """Ends the recording: the kernel would go on with it, which the next tracker would pay for."""
    if os.path.isdir(f"/sys/kernel/tracing/instances/{INSTANCE}"):
        subprocess.run([f"{PROJECT}/taskhistory", "run", "--release", "--data-dir", f"{WORK}/data", "--trace-instance", INSTANCE],
                       stdout=subprocess.DEVNULL)

def taskhistory(n):
    home = PROJECT; data = f"{WORK}/data"; port = 17070
    p = subprocess.Popen([f"{home}/taskhistory", "run", "--data-dir", data, "--listen", f"127.0.0.1:{port}", "--auth", "none",
                          "--trace-instance", INSTANCE],
                         stdout=subprocess.PIPE, text=True)
    for line in p.stdout:
        if line.startswith("ready "): break
    url = f"http://127.0.0.1:{port}/api/v1"
    pids = tree(p.pid); workload(n); time.sleep(2)                       # warms the JIT up, as a long-running service is
    size = int(sh(f"du -sb {data} | cut -f1")); before = cpu(pids); start = time.time()
    t = workload(n); time.sleep(2)
    used = cpu(pids) - before; mem = rss(pids); grown = int(sh(f"du -sb {data} | cut -f1")) - size
    seen, cursor = 0, ""
    while True:
        page = json.load(urllib.request.urlopen(f"{url}/search?comm=tiny&from={start}&size=1000&cursor={cursor}"))
        seen += len(page["items"]); cursor = page.get("next") or ""
        if not cursor: break
    p.terminate(); p.wait()
    release()
    report("taskhistory", t, workload(n), {"taskhistory": used}, mem, seen, n, f"{grown // n} bytes/exec")

TRACKERS = {
    "forkstat": lambda n: piped("forkstat", ["forkstat", "-x", "-e", "exec"], n, 1),
    "extrace": lambda n: piped("extrace", ["extrace"], n, 1),
    "bpftrace": lambda n: piped("bpftrace", ["bpftrace", "-e",
        'tracepoint:sched:sched_process_exec { printf("%d %s %s\\n", pid, comm, str(args->filename)); }'], n, 6),
    "auditd": lambda n: auditd("auditd", ["execve,execveat"], False, n),
    "auditd-full": lambda n: auditd("auditd-full", ["execve,execveat", "fork,vfork,clone,clone3,exit,exit_group"], False, n),
    "laurel-full": lambda n: auditd("laurel-full", ["execve,execveat", "fork,vfork,clone,clone3,exit,exit_group"], True, n),
    "taskhistory": taskhistory,
}

if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("-n", type=int, default=10000); a.add_argument("-r", type=int, default=2); a.add_argument("tracker", nargs="*")
    o = a.parse_args()
    build()
    try:
        for _ in range(o.r):
            for name in o.tracker or TRACKERS: TRACKERS[name](o.n)
    finally:
        release()
        shutil.rmtree(WORK, ignore_errors=True)
