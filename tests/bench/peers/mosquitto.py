"""mosquitto (Debian): subscribers over WebSocket, publisher over TCP, QoS 0 and 1. With QoS 1 each subscriber
acknowledges."""

from server import MESSAGE_LEAST_BYTES, Server, frame, free_port, upgrade, write

CONFIG = """
user root
persistence false
allow_anonymous true
log_dest stderr
log_type error
log_type warning
max_queued_messages 0
listener {port} 127.0.0.1
protocol websockets
listener {publish} 127.0.0.1
protocol mqtt
"""


def packet(kind, body):
    size, head = len(body), bytes([kind])
    while True:
        size, low = size >> 7, size & 127
        head += bytes([low | (128 if size else 0)])
        if not size:
            return head + body


def text(value):
    return len(value).to_bytes(2, "big") + value.encode()


CONNECT = packet(0x10, text("MQTT") + bytes([4, 2, 0, 0]) + text(""))  # clean session, no keepalive, the server names it


class Mosquitto(Server):
    name, label, qos = "mosquitto-0", "mosquitto, QoS 0", 0
    pairs_max = 10  # so far from the floor that more would say nothing new

    def start(self):
        self.port, self.publish = free_port(), free_port()
        write(self.path("mosquitto.conf"), CONFIG.format(port=self.port, publish=self.publish))
        self.run("/usr/sbin/mosquitto", "-c", self.path("mosquitto.conf"))
        self.wait_listening(self.port, self.publish)

    def words(self):
        number = bytes([0, 1])
        message = packet(0x30 | self.qos << 1, text("orders") + (number if self.qos else b"") + self.message())
        subscribe = packet(0x82, number + text("orders") + bytes([self.qos]))
        return [f"publish={self.publish}", f"publish_hello={write(self.path('connect'), CONNECT)}",
                f"messages={write(self.path('message'), message)}", "group=public",
                f"count={self.case.subscribers}", f"port={self.port}",
                f"hello={write(self.path('hello'), upgrade('/mqtt', 'mqtt'))}",
                f"then={write(self.path('then'), frame(CONNECT) + frame(subscribe))}", "skip=2",
                f"min_bytes={MESSAGE_LEAST_BYTES}", *(["mqtt_ack"] if self.qos else [])]


class MosquittoSure(Mosquitto):
    name, label, qos = "mosquitto-1", "mosquitto, QoS 1", 1
