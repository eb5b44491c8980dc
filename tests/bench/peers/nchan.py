"""nginx + nchan (Debian: nginx, libnginx-mod-nchan): publish by POST, messages in the shared memory of the workers."""

from server import MESSAGE_LEAST_BYTES, Server, children, free_port, post, upgrade, wait_until, write

CONFIG = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
user root;
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 18000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    nchan_shared_memory_size 256m;
    keepalive_requests 100000;
    keepalive_timeout 1h;
    server {{
        listen 127.0.0.1:{port} backlog=4096 {reuse} {ssl};
        {certificate}
        location = /sub {{ nchan_subscriber websocket; nchan_channel_id orders; nchan_subscriber_first_message newest;
                           nchan_websocket_ping_interval 0; }}
    }}
    server {{
        listen 127.0.0.1:{publish};
        location = /pub {{ nchan_publisher http; nchan_channel_id orders; nchan_message_buffer_length 1; }}
    }}
}}
"""


class Nchan(Server):
    name, label = "nchan", "nginx + nchan"
    workers_max = 2
    can_tls = True

    def start(self):
        self.port, self.publish = free_port(), free_port()
        tls = self.case.tls
        certificate = (f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]}; ssl_protocols TLSv1.3;" if tls else "")
        write(self.path("nginx.conf"), CONFIG.format(
            workers=self.case.workers, folder=self.folder, port=self.port, publish=self.publish,
            reuse="reuseport" if self.case.workers > 1 else "", ssl="ssl" if tls else "", certificate=certificate))
        master = self.run("/usr/sbin/nginx", "-p", self.folder, "-c", self.path("nginx.conf"))
        self.wait_listening(self.port, self.publish)
        self.pids = wait_until(lambda: children(master.pid), "workers of nginx")

    def words(self):
        return [f"publish={self.publish}", f"messages={write(self.path('message'), post('/pub', self.message()))}",
                "expect=HTTP/1.1 20", "group=public", f"count={self.case.subscribers}", f"port={self.port}",
                f"hello={write(self.path('hello'), upgrade('/sub'))}", f"min_bytes={MESSAGE_LEAST_BYTES}",
                *(["tls"] if self.case.tls else [])]
