"""A finished site as `docs/deploy.md` would host it: nginx, HTTP/2, text compressed ahead. For measuring.

A browser speaks HTTP/2 over TLS only, so the certificate is one that nobody signed: open contexts
with `ignore_https_errors`.
"""

import gzip
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gazette.serve import POLICY

_CONF = """
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 256; }}
http {{
  types {{
    text/html html; text/css css; application/javascript js; application/json json;
    application/manifest+json webmanifest; image/svg+xml svg; image/png png; application/wasm wasm;
  }}
  default_type application/octet-stream; charset utf-8; access_log off; sendfile on;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  gzip_static on;
  gzip on; gzip_types text/css application/javascript application/json image/svg+xml;
  map $arg_v $gazette_cache {{ "" "no-cache"; default "public, max-age=31536000, immutable"; }}
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate cert.pem; ssl_certificate_key key.pem;
    root "{site}"; index index.html; error_page 404 /404.html;
    location / {{
      add_header Content-Security-Policy "{policy}" always;
      add_header X-Content-Type-Options nosniff always;
      add_header Referrer-Policy no-referrer always;
      add_header Cache-Control $gazette_cache always;
    }}
    location ~ ^/(search-index|pagefind)/ {{ add_header Cache-Control "public, max-age=31536000, immutable"; }}
    location ~ ^/pagefind[^/]*$ {{ }}
  }}
}}
"""
_AHEAD = ("search/index.html", "assets/**/*.js", "assets/**/*.css", "pagefind*.*", "pagefind/*.js")
"""What the measured pages ask for and can be made smaller; for both products."""


@contextmanager
def hosting(site: Path) -> Iterator[str]:
    """Serve a site by nginx over HTTP/2 while the block runs; gives the address of its first page."""
    for program in ("nginx", "openssl"):
        if not shutil.which(program):
            raise click.ClickException(f"量 HTTP/2 要用 {program}：请先安装（apt-get install）")
    packed = [p for pattern in _AHEAD for p in site.glob(pattern) if p.is_file()]
    packed = [p for p in packed if p.suffix != ".gz" and not Path(f"{p}.gz").exists()]
    for path in packed:
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        request = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
        subprocess.run(["openssl", *request.split()], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607
        conf = _CONF.format(port=port, site=site.resolve(), policy=POLICY)
        (folder / "nginx.conf").write_text(conf, "utf-8")
        server = subprocess.Popen(  # noqa: S603
            ["nginx", "-p", name, "-c", "nginx.conf", "-e", "error.log"],  # noqa: S607
            stderr=subprocess.DEVNULL,
        )
        try:
            _await(server, port, folder / "error.log")
            yield f"https://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()
            for path in packed:
                Path(f"{path}.gz").unlink(missing_ok=True)


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server answers."""
    for _ in range(100):
        if server.poll() is not None:
            raise click.ClickException(f"nginx 没有启动：{log.read_text('utf-8')}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise click.ClickException("nginx 没有应答")
