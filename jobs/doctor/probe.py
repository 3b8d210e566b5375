# Runs on a worker of the cluster: what it has, and what it can reach. It sends no login and no data.
import importlib
import json
import platform
import socket
import ssl
import struct


def examine(question):
    asked = json.loads(question)
    missing = [name for name in asked["packages"] if not importable(name)]
    lines = {line["id"]: examine_line(line) for line in asked["lines"]}
    return json.dumps({"python": platform.python_version(), "node": socket.gethostname(), "missing": missing, "lines": lines})


def importable(name):
    try:
        importlib.import_module(name)
        return True
    except Exception:
        return False


def examine_line(line):
    told = []
    for address in line["addresses"]:
        host, port = address["host"], address["port"]
        stage = "dns"
        try:
            ip = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
            stage = "port"
            with socket.create_connection((host, port), timeout=5) as plain:
                found = "%s:%d" % (ip, port)
                if line["tls"]:
                    stage = "tls"
                    found += " " + handshake(plain, host, line)
            told.append(found)
        except Exception as error:
            return {"stage": stage, "at": "%s:%d" % (host, port), "said": "%s: %s" % (type(error).__name__, error)}
    return {"found": ", ".join(told)}


def handshake(plain, host, line):
    context = ssl.create_default_context(cadata=line.get("ca"))
    if line["tls"] == "mysql":
        ask_mysql(plain)
    if line["tls"] == "smtp":
        ask_smtp(plain)
    with context.wrap_socket(plain, server_hostname=host) as secured:
        return secured.version()


def ask_mysql(plain):
    # The server greets first; SSLRequest: client flags LONG_PASSWORD, PROTOCOL_41, SSL, SECURE_CONNECTION.
    # https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html
    length = int.from_bytes(exactly(plain, 4)[:3], "little")
    exactly(plain, length)
    plain.sendall(b"\x20\x00\x00\x01" + struct.pack("<IIB23x", 0x1 | 0x200 | 0x800 | 0x8000, 1 << 24, 45))


def ask_smtp(plain):
    answer(plain, "220")
    plain.sendall(b"EHLO instant-health-doctor\r\n")
    answer(plain, "250")
    plain.sendall(b"STARTTLS\r\n")
    answer(plain, "220")


def answer(plain, code):
    # The last line of an answer has a space after its code.
    while True:
        line = b""
        while not line.endswith(b"\n"):
            line += exactly(plain, 1)
        text = line.decode("ascii", "replace").strip()
        if not text.startswith(code):
            raise ValueError("the server says %s" % text)
        if text[3:4] != "-":
            return


def exactly(plain, count):
    data = b""
    while len(data) < count:
        part = plain.recv(count - len(data))
        if not part:
            raise ConnectionError("the server hung up")
        data += part
    return data
