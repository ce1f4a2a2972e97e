#!/usr/bin/env python3
"""Looks tasks up at a fixed rate while the service follows 1,000 execs a second, then sends a large batch, and prints for
each round: how long answers took (from the time at which each was due, so waiting for a free connection counts), errors,
CPU time of the service, the client and everything else on the machine, and what its host took; how many lineages a second
the batch came to, and what the service has lost, which has to be nothing.

  load.py [-r ROUNDS] [-s SECONDS] [--rate REQUESTS] [--execs EXECS] [-c CONNECTIONS] [--wrk]      (root)

Needs gcc and curl, and wrk (Debian's package) for a second client that has no fixed rate. It runs the program taskhistory of
the repository that this file is in, or what $TASKHISTORY_RUN says, with a trace instance of its own."""
import argparse, json, os, re, shutil, signal, subprocess, sys, tempfile, time, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.realpath(__file__))
HOME = os.path.realpath(os.path.join(HERE, "../../.."))
TICK = os.sysconf("SC_CLK_TCK")
WORK = tempfile.mkdtemp(prefix="load-")
INSTANCE = f"load-{os.getpid()}"

def build():
    for name, source, flags in (("lookups", f"{HERE}/lookups.c", "-O2 -D_GNU_SOURCE"), ("tiny", f"{HERE}/tiny.c", "-O2 -static"),
                                ("paced", f"{HOME}/collector/src/test/resources/children/paced.c", "-O2 -D_GNU_SOURCE")):
        subprocess.run(f"gcc {flags} -o {WORK}/{name} {source}", shell=True, check=True)

def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK

def machine():
    """Seconds of CPU that were used, and that the host did not give (proc(5): steal)."""
    fields = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields[:3]) + fields[5] + fields[6]) / TICK, fields[7] / TICK

class Service:
    def __init__(self):
        self.data = f"{WORK}/data"
        command = os.environ.get("TASKHISTORY_RUN", f"{HOME}/taskhistory").split()
        self.process = subprocess.Popen(command + ["--data-dir", self.data, "run", "--listen", "127.0.0.1:0",
            "--trace-instance", INSTANCE], stdout=subprocess.PIPE, text=True)
        self.command = command
        self.url = next(line for line in self.process.stdout if line.startswith("ready ")).split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.token = open(f"{self.data}/token").read().strip()

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        return urllib.request.urlopen(request).read().decode()

    def lost(self):
        return {s["name"]: s["lost"] for s in json.loads(self.get("/api/v1/status"))["sources"] if "lost" in s}

    def ended(self, count):
        """Execs of the workload that have ended, the last ones."""
        items, cursor = [], ""
        while True:
            page = json.loads(self.get(f"/api/v1/search?comm=tiny&size=1000&cursor={urllib.parse.quote(cursor)}"))
            items = (items + page["items"])[-count:]
            cursor = page.get("next") or ""
            if not cursor: return items

    def stop(self):
        self.process.terminate(); self.process.wait()
        subprocess.run(self.command + ["--data-dir", self.data, "run", "--release", "--trace-instance", INSTANCE],
                       stdout=subprocess.DEVNULL)

def workload(rate):
    return subprocess.Popen([f"{WORK}/paced", str(rate), "1", f"{WORK}/tiny", f"{WORK}/log"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)

def started(process):
    out, _ = process.communicate()
    return int(re.search(r"started (\d+)", out).group(1))

def paths(service):
    """A third each: tasks that live, tasks that have ended, and histories of either, as of now and as of a time."""
    live = [int(p) for p in os.listdir("/proc") if p.isdigit()][-200:]
    ended = service.ended(1000)
    lines = []
    for i in range(3000):
        past = ended[i % len(ended)]
        lines.append(f"/api/v1/tasks/{live[i % len(live)]}" if i % 3 == 0 else f"/api/v1/tasks/{past['task']}" if i % 3 == 1
            else f"/api/v1/tasks/{live[i % len(live)]}/history" if i % 2 else
                 f"/api/v1/tasks/{past['pid']}/history?at=mono:{past['mono']}")
    good = [l for l in dict.fromkeys(lines) if answers(service, l)]
    open(f"{WORK}/paths", "w").write("\n".join(l for l in lines if l in set(good)) + "\n")

def answers(service, path):
    try: return bool(service.get(path))
    except urllib.error.HTTPError: return False

def lookups(service, o, seconds):
    load = workload(o.execs)
    before, (all_before, stolen_before), begun = cpu(service.process.pid), machine(), time.time()
    # In real time: what is measured is how long the service takes, not how long the client waits for a processor.
    out = subprocess.run(["chrt", "-f", "10", f"{WORK}/lookups", str(service.port), service.token, str(o.rate), str(seconds),
                          str(o.connections), f"{WORK}/paths"], stdout=subprocess.PIPE, text=True, check=True).stdout
    took = time.time() - begun
    used, (all_after, stolen_after) = cpu(service.process.pid) - before, machine()
    everything, stolen = all_after - all_before, stolen_after - stolen_before
    r, execs = json.loads(out), started(load)
    others = everything - used - r["client_cpu"]
    return (f"lookups {r['rate']:.0f}/s of {o.rate}/s  p50 {r['p50']:.2f} p90 {r['p90']:.2f} p99 {r['p99']:.2f} p99.9 {r['p999']:.2f} "
            f"max {r['max']:.1f} ms  errors {r['errors']}  execs {execs / took:.0f}/s  cpu/s: service {used / took:.2f} "
            f"client {r['client_cpu'] / took:.2f} all else {others / took:.2f} stolen {stolen / took:.2f}")

def batch(service, count):
    ended = service.ended(2000)
    with open(f"{WORK}/batch", "w") as f:
        for i in range(count):
            e = ended[i * len(ended) // count]
            f.write(f'{{"pid":{e["pid"]},"at":"mono:{e["mono"]}"}}\n')
    texts = []
    for style in ("kernel", "names"):
        before = cpu(service.process.pid)
        took = float(subprocess.run(["curl", "-s", "-o", f"{WORK}/answers", "-w", "%{time_total}", "-T", f"{WORK}/batch", "-X", "POST",
            "-H", f"Authorization: Bearer {service.token}", "-H", "Expect:", f"{service.url}/api/v1/lineages?style={style}"],
            capture_output=True, text=True, check=True).stdout)
        right = subprocess.run(f"grep -c '\"history\"' {WORK}/answers", shell=True, capture_output=True, text=True).stdout.strip()
        texts.append(f"{style} {count / took:,.0f}/s ({cpu(service.process.pid) - before:.2f} s of cpu, {right} of {count} right)")
    return "batch " + "  ".join(texts)

def wrk(service):
    path = open(f"{WORK}/paths").readline().strip()
    out = subprocess.run(["wrk", "-t1", "-c16", "-d5s", "--latency", "-H", f"Authorization: Bearer {service.token}",
                          service.url + path], capture_output=True, text=True).stdout
    return "wrk " + " ".join(re.findall(r"(?:50|90|99)%\s+\S+|Requests/sec:\s+\S+", out))

def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("-r", type=int, default=3); a.add_argument("-s", type=int, default=10)
    a.add_argument("--rate", type=int, default=5000); a.add_argument("--execs", type=int, default=1000)
    a.add_argument("-c", "--connections", type=int, default=64); a.add_argument("--lines", type=int, default=300_000)
    a.add_argument("--wrk", action="store_true")
    o = a.parse_args()
    build()
    service = Service()
    try:
        load = workload(o.execs); time.sleep(4); started(load); time.sleep(1)
        paths(service)
        print("warm-up:", lookups(service, o, o.s), flush=True)
        for _ in range(o.r):
            print(lookups(service, o, o.s), flush=True)
            print(batch(service, o.lines), flush=True)
        if o.wrk: print(wrk(service), flush=True)
        print("lost", service.lost(), flush=True)
    finally:
        service.stop()
        shutil.rmtree(WORK)

if __name__ == "__main__":
    main()
