"""Small servers, as they stand behind the set-ups: each word is KIND,NAME,ADDRESS,PORT. The primary's name is in /run/primary."""

import socket
import ssl
import struct
import sys
import threading


def http(connection, name, port, _):
    reader = connection.makefile("rb")
    while True:
        words = reader.readline().decode("latin1").split()
        if len(words) < 2:
            return
        headers = {}
        while row := reader.readline().strip():
            key, _, value = row.decode("latin1").partition(":")
            headers[key.lower()] = value.strip()
        method, path = words[0], words[1]
        with open("/run/primary") as file:
            is_primary = file.read().strip() == name
        refused = path == "/primary" and not is_primary or path == "/replica" and is_primary
        body = f"{name}:{port} {path} authorization={headers.get('authorization', '')}"
        if method in ("HEAD", "OPTIONS"):
            body = ""
        status = "503 Service Unavailable" if refused else "200 OK"
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        if words[-1] == "HTTP/1.0" or headers.get("connection", "").lower() == "close":
            return


def line(connection, name, port, _):
    if question := connection.makefile("rb").readline():
        connection.sendall(f"{name}:{port} {question.decode()}".encode())


def talk(hello, well, end):
    def serve(connection, name, port, client):
        connection.sendall(hello.format(name=name, port=port, client=client).encode())
        for row in connection.makefile("rb"):
            last = any(word in row.upper().split() for word in (b"QUIT", b"LOGOUT"))
            connection.sendall((end if last else well).encode())
            if last:
                return

    return serve


smtp = talk("220 {name}:{port} for {client}\r\n", "250 well\r\n", "221 bye\r\n")
imap = talk("* OK {name}:{port} for {client}\r\n", "* BAD\r\n", "* BYE\r\n")
kinds = {"http": http, "https": http, "line": line, "smtp": smtp, "imap": imap, "smtp-proxied": smtp, "imap-proxied": imap}


def proxied(connection):
    """The client that a PROXY line of version 2 names. Without one the connection is of no use."""
    head = connection.recv(16, socket.MSG_WAITALL)
    if head[:12] != b"\r\n\r\n\0\r\nQUIT\n":
        raise OSError("no PROXY line")
    rest = connection.recv(struct.unpack("!H", head[14:16])[0], socket.MSG_WAITALL) if head[14:16] != b"\0\0" else b""
    return socket.inet_ntoa(rest[:4]) if head[12] == 0x21 and head[13] == 0x11 else "itself"


def serve(connection, kind, name, port, tls):
    try:
        client = proxied(connection) if kind.endswith("-proxied") else "anybody"
        if kind == "https":
            connection = tls.wrap_socket(connection, server_side=True)
        kinds[kind](connection, name, port, client)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        connection.close()


def listen(kind, name, address, port, tls):
    listener = socket.create_server((address, int(port)), backlog=128)
    while True:
        connection, _ = listener.accept()
        connection.settimeout(30)
        threading.Thread(target=serve, args=(connection, kind, name, port, tls), daemon=True).start()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/root/server.pem")
listeners = [threading.Thread(target=listen, args=(*word.split(","), context)) for word in sys.argv[1:]]
for one in listeners:
    one.start()
