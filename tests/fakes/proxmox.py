"""A Proxmox host: its API, its slow way down, its network card that listens for magic packets.

    off --(a magic packet)--> booting --(boot_s)--> on --(POST shutdown)--> stopping --> off

While stopping, the API goes on answering for as long as the guests take (guests_s); then the port
is closed, and a little later the power falls. `on_power(watts)` tells what the machine draws.
"""

import asyncio
import json
import pathlib
import ssl
import subprocess
import urllib.parse

from .web import DROP, HANG, Response, Server, json_response

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "proxmox"
TOKEN_ID = "tsm@pve!tsm"
TOKEN_SECRET = "b7a1c3de-0f55-4b2e-9d3c-6f0f7c1c2d3e"
MAC = "00:00:5E:00:53:0A"
NODE = "pve"
WRONG_TOKEN_DELAY_S = 3  # on purpose, says Proxmox


def make_certificate(directory, name="pve.local"):
    """A self-signed certificate, made now but valid at any time a test may play in."""
    key, config, certificate = (directory / f"host.{kind}" for kind in ("key", "cnf", "pem"))
    request = directory / "host.csr"
    (directory / "host.index").write_text("")
    config.write_text(f"""
[ca]
default_ca = own
[own]
database = {directory}/host.index
rand_serial = yes
new_certs_dir = {directory}
default_md = sha256
policy = any
[any]
commonName = supplied
[names]
subjectAltName = DNS:{name}, IP:127.0.0.1
basicConstraints = critical, CA:TRUE
[req]
distinguished_name = dn
[dn]
""")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
                    "-subj", f"/CN={name}", "-config", config], **quiet)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-keyfile", key, "-in", request,
                    "-out", certificate, "-notext", "-config", config, "-extensions", "names",
                    "-startdate", "20200101000000Z", "-enddate", "20450101000000Z"], **quiet)
    return certificate, key


def read_fixture(name):
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def fingerprint(certificate):
    """SHA-256 of the certificate, as Proxmox prints it: AB:CD:..."""
    done = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint",
                           "-sha256"], check=True, capture_output=True, text=True)
    return done.stdout.strip().partition("=")[2]


def read_magic_packet(packet, mac):
    """None if the packet would wake the card, else what is wrong with it."""
    address = bytes.fromhex(mac.replace(":", ""))
    if len(packet) not in (102, 106, 108):
        return f"{len(packet)} bytes; 102, 106 or 108 make a magic packet"
    if packet[:6] != b"\xff" * 6:
        return "it does not begin with six bytes FF"
    for turn in range(16):
        found = packet[6 + turn * 6 : 12 + turn * 6]
        if found != address:
            return f"repetition {turn + 1} is {found.hex(':')}, not {mac}"
    return None


class Host(Server):
    """`events` is its diary: (instant, "shutdown accepted" or the state it went into)."""

    def __init__(self, world, tls=True, state="on", boot_s=90, guests_s=40, ignore_packets=0,
                 release="9.2.2", node=NODE, watts_on=60, watts_off=2):
        self.certificate = None
        if tls:
            self.certificate, key = make_certificate(world.directory)
            self.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.ssl_context.load_cert_chain(self.certificate, key)
            self.scheme = "https"
        self.node = node
        self.release = release
        self.boot_s = boot_s
        self.guests_s = guests_s
        self.halt_s = 8  # from the closed port to no power
        self.daemon_delay_s = 5  # pveproxy answers this long before and after pvedaemon does
        self.never_off = False
        self.ignore_packets = ignore_packets
        self.privileges = {"Sys.PowerMgmt", "Sys.Audit", "VM.Audit"}
        self.nodes = [node]
        self.mode = "ok"  # or "500", "hang", "drop", "html", for every request
        self.watts = {"on": watts_on, "booting": watts_on + 20, "stopping": watts_on,
                      "off": watts_off}
        self.on_power = lambda watts: None
        self.events = []
        self.packets = []  # (instant, None or what is wrong with it)
        self.has_mains = True
        self.state = "on"
        self._since = world.now - 5 * 86400
        self._timers = []
        super().__init__(world)
        self.wol_transport, _ = world.run(world.loop.create_datagram_endpoint(
            lambda: _Card(self), local_addr=("127.0.0.1", 0)))
        world.closers.append(self.wol_transport.close)
        if state == "off":
            self.state = "off"
            self.close()

    @property
    def wol_target(self):
        return "127.0.0.1:%d" % self.wol_transport.get_extra_info("sockname")[1]

    @property
    def is_on(self):
        return self.state == "on"

    @property
    def is_off(self):
        return self.state == "off"

    def feed(self, plug):
        """Hangs the machine on a plug, which then meters its draw and can leave it without."""
        self.on_power = lambda watts: setattr(plug, "watts", watts)
        plug.on_mains = self.mains
        self.on_power(self.watts[self.state])

    # Power.

    def press_button(self):
        """Somebody starts it by hand, or its board does so after a power cut."""
        self._boot()

    def mains(self, has_power):
        self.has_mains = has_power
        if not has_power and self.state != "off":
            self._enter("off")
            self.close()

    def times_of(self, what):
        return [instant for instant, event in self.events if event == what]

    def _enter(self, state):
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.state = state
        self._since = self.world.now
        self.events.append((self.world.now, state))
        self.on_power(self.watts[state])

    def _later(self, seconds, call):
        self._timers.append(self.world.loop.call_later(seconds, call))

    def _boot(self):
        if self.state == "off" and self.has_mains:
            self._enter("booting")
            self._later(self.boot_s, self._come_up)

    def _come_up(self):
        self._enter("on")
        self.world.loop.create_task(self.open_soon())

    def _begin_shutdown(self):
        self.events.append((self.world.now, "shutdown accepted"))
        if self.state == "on" and not self.never_off:
            self._enter("stopping")
            self._later(2 + self.guests_s, self._close_port)

    def _close_port(self):
        self.close()
        self._later(self.halt_s, lambda: self._enter("off"))

    def packet_arrived(self, packet):
        fault = read_magic_packet(packet, MAC)
        self.packets.append((self.world.now, fault))
        if fault is None and self.state == "off":
            if self.ignore_packets > 0:
                self.ignore_packets -= 1
            else:
                self._boot()

    # The API.

    async def answer(self, request):
        if self.mode == "hang":
            return HANG
        if self.mode == "drop":
            return DROP
        if self.mode == "html":
            return Response(502, "Bad Gateway", b"<html>proxy</html>", "text/html")
        if self.mode == "500":
            return self._failure(500, "got no worker upid - start worker failed")
        if request.method == "GET" and request.body:
            return self._failure(501, "Unexpected content for method 'GET'")
        problem = self._authentication_problem(request)
        if problem:
            await self.world.sleep_until(self.world.now + WRONG_TOKEN_DELAY_S)
            return Response(401, problem, b"", "")
        return self._route(request)

    def _authentication_problem(self, request):
        header = request.headers.get("authorization", "")
        at_begin = header.startswith("PVEAPIToken")
        if not at_begin and " PVEAPIToken" not in header:
            return "No ticket"
        token = header[header.index("PVEAPIToken") + len("PVEAPIToken"):]
        if token[:1] not in ("=", " "):
            return "No ticket"
        token_id, _, secret = urllib.parse.unquote(token[1:].partition(";")[0]).rpartition("=")
        if token_id != TOKEN_ID:
            return "no such token '%s' for user 'tsm@pve'" % token_id.partition("!")[2]
        return None if secret == TOKEN_SECRET else "Authentication failed!"

    def _route(self, request):
        base = "/api2/json"
        path = request.path.removeprefix(base).strip("/").split("/")
        if not request.path.startswith(base):
            return self._failure(501, f"no such file '{request.path}'")
        if request.method == "GET" and path == ["version"]:
            return json_response({"data": {"repoid": "b9984c6d90a4bd80", "version": self.release,
                                           "release": self.release.rpartition(".")[0]}})
        if request.method == "GET" and path == ["nodes"]:
            return json_response({"data": [self._node_row(name) for name in self.nodes]})
        if path[0] == "nodes" and len(path) == 3:
            return self._node_call(request, path[1], path[2])
        return self._no_such_call(request, "/" + "/".join(path))

    def _no_such_call(self, request, path):
        return self._failure(501, f"Method '{request.method} {path}' not implemented")

    def _node_call(self, request, node, what):
        known = {("GET", "status"): self._get_status, ("POST", "status"): self._post_status,
                 ("GET", "qemu"): self._get_guests, ("GET", "lxc"): self._get_guests}
        call = known.get((request.method, what))
        if call is None:
            return self._no_such_call(request, f"/nodes/{node}/{what}")
        if node not in (*self.nodes, "localhost"):
            reason = f"hostname lookup '{node}' failed - failed to get address info"
            return self._failure(500, reason)
        return call(request, node)

    def _get_status(self, _request, node):
        if "Sys.Audit" not in self.privileges:
            return self._forbidden(node, "Sys.Audit")
        status = read_fixture("node-status_8.4.json")
        status["data"]["uptime"] = self.uptime_s()
        return json_response(status)

    def _get_guests(self, request, _node):
        if "VM.Audit" not in self.privileges or request.path.endswith("lxc"):
            return json_response({"data": []})  # each guest is shown only to those who may see it
        return json_response(read_fixture("qemu_9.x.json"))

    def _post_status(self, request, node):
        if self._backend_is_away():
            return Response(595, "Connection refused", b"", "")
        try:
            form = request.form()
        except (ValueError, UnicodeDecodeError):
            return self._failure(400, "Parameter verification failed.")
        extra = set(form) - {"command"}
        if extra:
            return self._wrong({name: "property is not defined in schema" for name in extra})
        if "command" not in form:
            return self._wrong({"command": "property is missing and it is not optional"})
        command = form["command"]
        if command not in ("reboot", "shutdown"):
            return self._wrong({"command": f"value '{command}' does not have a value in the "
                                           "enumeration 'reboot, shutdown'"})
        if "Sys.PowerMgmt" not in self.privileges:
            return self._forbidden(node, "Sys.PowerMgmt")
        if command == "shutdown":
            self._begin_shutdown()
        return json_response({"data": None})

    def _backend_is_away(self):
        """pveproxy listens, pvedaemon behind it does not: early after boot, late in a shutdown."""
        elapsed = self.world.now - self._since
        if self.state == "stopping":
            return elapsed >= 2 + self.guests_s - self.daemon_delay_s
        return bool(self.times_of("booting")) and elapsed < self.daemon_delay_s

    def uptime_s(self):
        return int(self.world.now - self._since)

    def _node_row(self, name):
        row = read_fixture("nodes_9.x_single.json")["data"][0]
        row.update(node=name, id=f"node/{name}", uptime=self.uptime_s())
        if "Sys.Audit" not in self.privileges:
            for figure in ("uptime", "cpu", "mem", "maxcpu", "maxmem", "disk", "maxdisk"):
                row.pop(figure, None)
        return row

    def _speaks_of_errors(self):
        """Since 8.4 the reason stands in the body too."""
        return tuple(map(int, self.release.replace("-", ".").split(".")[:2])) >= (8, 4)

    def _failure(self, status, reason):
        body = {"data": None}
        if self._speaks_of_errors():
            body["message"] = reason + "\n"
        return json_response(body, status=status, reason=reason)

    def _forbidden(self, node, privilege):
        return self._failure(403, f"Permission check failed (/nodes/{node}, {privilege})")

    def _wrong(self, errors):
        body = {"data": None, "errors": errors}
        if self._speaks_of_errors():
            body["message"] = "Parameter verification failed.\n"
        return json_response(body, status=400, reason="Parameter verification failed.")


class _Card(asyncio.DatagramProtocol):
    def __init__(self, host):
        self.host = host

    def datagram_received(self, data, _address):
        self.host.packet_arrived(data)
