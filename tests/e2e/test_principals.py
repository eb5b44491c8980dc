"""Who may say what, over real TLS: client certificates and their refusals, roles, delegations, revocation on what is open.

Clients that we did not write: curl, Python's ssl, requests. Certificates of hansho keygen, and of the cryptography library
where it needs one that keygen would not make.
"""

import concurrent.futures
import datetime
import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

import pytest
import requests
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conftest import BIN, PRINCIPALS, Stack, wait_until
from documents import jst, order, soap, text_token

REVOKED_WITHIN_S = 60  # what is promised; the tests look every second
XML = "Content-Type: application/xml"


def keygen(folder, *arguments):
    return subprocess.run([os.path.join(BIN, "hansho"), "keygen", "--out", folder, *arguments], timeout=20, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def made(folder, *arguments):
    done = keygen(folder, *arguments)
    assert done.returncode == 0, done.stderr


def client(folder, name, mode="drill"):
    made(folder, "--client", name, "--mode", mode)


def sign(folder, name, uri, days=(-2, 30), purpose=ExtendedKeyUsageOID.CLIENT_AUTH, common=None):
    """A certificate that keygen would not make, by the authority of the folder."""
    with open(os.path.join(folder, "ca.pem"), "rb") as file:
        authority = x509.load_pem_x509_certificate(file.read())
    with open(os.path.join(folder, "ca.key"), "rb") as file:
        authority_key = serialization.load_pem_private_key(file.read(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.utcnow()
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, text) for text in ([common] if isinstance(common, str) else
                                                                          common or [name])]
    certificate = (x509.CertificateBuilder().subject_name(x509.Name(subject)).issuer_name(authority.subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now + datetime.timedelta(days=days[0]))
                   .not_valid_after(now + datetime.timedelta(days=days[1]))
                   .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), False)
                   .add_extension(x509.ExtendedKeyUsage([purpose]), False).sign(authority_key, hashes.SHA256()))
    with open(os.path.join(folder, f"{name}.pem"), "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(os.path.join(folder, f"{name}.key"), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))


class Site:
    """Keys, principals and a stack whose gate asks for client certificates."""

    def __init__(self, certs="required", mode="drill", **gate):
        self.keys = tempfile.mkdtemp(prefix="hk-", dir="/tmp")
        self.mode = mode
        made(self.keys)
        for row in PRINCIPALS:
            client(self.keys, row["id"], mode)
        client(self.keys, "never-used", mode)
        made(self.keys, "--revoke", os.path.join(self.keys, "never-used.pem"))
        status = "Actual" if mode == "live" else "Exercise"
        self.people = [{**row, "statuses": [status], "certificates": [f"URI:urn:hansho:{mode}:{row['id']}"]}
                       for row in PRINCIPALS]
        self.stack = Stack(mode=mode, feeds=0, principals=self.people, gate={
            "tls_cert": self.key("server.pem"), "tls_key": self.key("server.key"), "client_certs": certs,
            "client_ca": self.key("ca.pem"), "client_crl": self.key("crl.pem"), "principals_check_s": 1, **gate})

    def key(self, name):
        return os.path.join(self.keys, name)

    def url(self, path="/v1/submissions"):
        return f"https://127.0.0.1:{self.stack.ports['gate']}{path}"

    def pair(self, name):
        return (self.key(f"{name}.pem"), self.key(f"{name}.key"))

    def post(self, document, name="kakuu-city", path="/v1/submissions", **more):
        more.setdefault("headers", {"Content-Type": "application/xml"})
        return requests.post(self.url(path), data=document.encode(), timeout=20, verify=self.key("ca.pem"),
                             cert=self.pair(name) if name else None, **more)

    def publish(self, document, name="kakuu-city", token=""):
        return self.post(soap(document, token), name, "/soap/MQService", headers={"Content-Type": "text/xml"})

    def curl(self, name, *arguments, folder=None):
        """(status, JSON) of POST /v1/submissions by curl with that certificate."""
        folder = folder or self.keys
        with_certificate = ["--cert", f"{folder}/{name}.pem", "--key", f"{folder}/{name}.key"] if name else []
        done = subprocess.run(
            ["curl", "-sS", "--cacert", self.key("ca.pem"), *with_certificate, "-H", XML, "--data-binary", "@-",
             "-w", "\n%{http_code}", *arguments, self.url()], input=order().encode(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=30, check=False)
        assert done.returncode == 0, done.stderr.decode()
        body, status = done.stdout.decode().rsplit("\n", 1)
        return int(status), json.loads(body)

    def write(self, people):
        """As an editor does: a new file in the place of the old."""
        path = self.stack.path("principals.yaml")
        with open(path + ".new", "w", encoding="utf-8") as file:
            yaml.safe_dump({"principals": people}, file, allow_unicode=True)
        os.replace(path + ".new", path)

    def changed(self, who, **change):
        return [{**row, **change} if row["id"] == who else row for row in self.people]

    def reads(self, result="ok"):
        return self.stack.metrics("gate")[f'hansho_gate_principals_reads_total{{result="{result}"}}']

    def rewrite(self, people):
        """Writes and waits until the gate has read it."""
        before = self.reads()
        self.write(people)
        wait_until(lambda: self.reads() > before, "the gate reads its principals", REVOKED_WITHIN_S)

    def connect(self, name, token=None, path="/v1/submissions/" + "0" * 32):
        """An open TLS connection on which one request was answered."""
        context = ssl.create_default_context(cafile=self.key("ca.pem"))
        if name:
            context.load_cert_chain(*self.pair(name))
        raw = socket.create_connection(("127.0.0.1", self.stack.ports["gate"]), timeout=REVOKED_WITHIN_S)
        opened = context.wrap_socket(raw, server_hostname="127.0.0.1")
        ask(opened, path, token)
        assert b" 404 " in answer(opened)
        return opened

    def close(self):
        try:
            self.stack.stop_all()
        finally:
            self.stack.abort()
            shutil.rmtree(self.keys, ignore_errors=True)


def ask(opened, path="/v1/submissions/" + "0" * 32, token=None):
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    opened.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{bearer}\r\n".encode())


def answer(opened):
    """Head and body of one answer; "" when the connection has ended."""
    seen = b""
    try:
        while b"\r\n\r\n" not in seen:
            more = opened.recv(4096)
            if not more:
                return b""
            seen += more
        head, body = seen.split(b"\r\n\r\n", 1)
        length = int([line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")][0].split(b":")[1])
        while len(body) < length:
            body += opened.recv(4096)
    except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
        return b""
    return head + b"\r\n\r\n" + body


def has_ended(opened):
    """The gate has closed the connection, which nobody asks anything on."""
    opened.settimeout(0.2)
    try:
        return opened.recv(1) == b""
    except (TimeoutError, socket.timeout):
        return False
    except (ConnectionResetError, ssl.SSLError):
        return True


@pytest.fixture(scope="module", name="site")
def one_site():
    running = Site()
    yield running
    running.close()


@pytest.fixture(name="make_site")
def sites():
    running = []

    def make(*arguments, **options):
        running.append(Site(*arguments, **options))
        return running[-1]

    yield make
    for one in running:
        one.close()


# ---- certificates ----

def test_a_certificate_alone_is_proof(site):
    reply = site.post(order())
    assert reply.status_code == 202, reply.text
    answered = reply.json()
    assert answered["outcome"] == "accepted"
    mine = requests.get(site.url(f"/v1/submissions/{answered['id']}"), verify=site.key("ca.pem"),
                        cert=site.pair("kakuu-city"), timeout=20)
    other = requests.get(site.url(f"/v1/submissions/{answered['id']}"), verify=site.key("ca.pem"),
                         cert=site.pair("soba-city"), timeout=20)
    assert (mine.status_code, other.status_code) == (200, 404)
    assert site.curl("kakuu-city")[0] == 202
    assert b"code>0<" in site.publish(order()).content


def test_the_rights_are_those_of_the_certificate(site):
    status, body = site.curl("soba-city")  # the document is kakuu's
    assert status == 403 and {"source_foreign", "area_foreign"} <= {f["code"] for f in body["findings"]}
    reply = site.post(order(source="bosai.soba.example", code="990027", name="架空第二市"), "soba-city")
    assert reply.status_code == 202, reply.text


BAD = ["none", "rogue", "expired", "early", "revoked", "server", "unknown", "lane"]
CODES = {"none": "certificate_missing", "rogue": "certificate_unknown_authority", "expired": "certificate_expired",
         "early": "certificate_expired", "revoked": "certificate_revoked", "server": "certificate_unfit",
         "unknown": "certificate_unknown", "lane": "certificate_other_lane"}


def bad_certificate(site, what):
    """(name, folder) of a certificate that must be refused; the name it claims is always kakuu's."""
    uri = "urn:hansho:drill:kakuu-city"
    folder = site.keys
    if what == "none":
        return None, folder
    if what == "rogue":
        folder = os.path.join(site.keys, "rogue")
        client(folder, "kakuu-city")
        return "kakuu-city", folder
    if what == "expired":
        sign(folder, what, uri, days=(-9, -1))
    elif what == "early":
        sign(folder, what, uri, days=(1, 9))
    elif what == "revoked":
        return "never-used", folder
    elif what == "server":
        sign(folder, what, uri, purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    elif what == "unknown":
        sign(folder, what, "urn:hansho:drill:somebody-else")
    elif what == "lane":
        sign(folder, what, "urn:hansho:live:kakuu-city")
    return what, folder


@pytest.mark.parametrize("what", BAD)
def test_a_bad_certificate_is_told_what_is_wrong_with_it(site, what):
    name, folder = bad_certificate(site, what)
    # by curl, alone and with the right password beside it, which does not help
    for more in ([], ["-u", "kakuu:drill-only-kakuu"]):
        status, body = site.curl(name, *more, folder=folder)
        assert (status, body["code"]) == (401, CODES[what]), body
        assert body["message"]["ja"] and body["message"]["en"]
    # the same at SOAP, as a Fault
    certificate = (f"{folder}/{name}.pem", f"{folder}/{name}.key") if name else None
    reply = requests.post(site.url("/soap/MQService"), data=soap(order(), text_token("kakuu", "drill-only-kakuu")).encode(),
                          headers={"Content-Type": "text/xml"}, verify=site.key("ca.pem"), cert=certificate, timeout=20)
    assert reply.status_code == 500 and body["message"]["ja"] in reply.content.decode()
    # and at the form, which signs nobody in
    page = requests.get(site.url("/"), verify=site.key("ca.pem"), cert=certificate, timeout=20)
    assert page.status_code == 403 and body["message"]["ja"] in page.content.decode()


def test_certificate_and_password_must_be_of_one(site):
    assert site.curl("kakuu-city", "-u", "kakuu:drill-only-kakuu")[0] == 202
    status, body = site.curl("kakuu-city", "-u", "soba:drill-only-soba")
    assert (status, body["code"]) == (401, "credentials_differ")
    status, body = site.curl("kakuu-city", "-u", "kakuu:wrong")
    assert (status, body["code"]) == (401, "not_signed_in")
    assert b"code>0<" in site.publish(order(), token=text_token("kakuu", "drill-only-kakuu")).content
    assert site.publish(order(), token=text_token("soba", "drill-only-soba")).status_code == 500
    assert site.publish(order(), token=text_token("kakuu", "wrong")).status_code == 500


def test_optional_takes_who_has_none_but_no_bad_one(make_site):
    site = make_site("optional")
    assert site.curl(None, "-u", "kakuu:drill-only-kakuu")[0] == 202
    assert site.curl(None)[0] == 401
    assert site.curl("kakuu-city")[0] == 202
    name, folder = bad_certificate(site, "rogue")
    status, body = site.curl(name, "-u", "kakuu:drill-only-kakuu", folder=folder)
    assert (status, body["code"]) == (401, "certificate_unknown_authority")


def test_common_name_and_fingerprint_are_names_too(make_site):
    site = make_site()
    for name, common in (("by-cn", "mail.kakuu.example"), ("by-print", "x"), ("two-cns", ["mail.kakuu.example", "y"])):
        sign(site.keys, name, f"urn:other:{name}", common=common)
    with open(site.key("by-print.pem"), encoding="ascii") as file:
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest().upper()
    assert site.curl("by-cn")[1]["code"] == "certificate_unknown"
    site.rewrite(site.changed("kakuu-city", certificates=["CN:mail.kakuu.example", f"SHA256:{fingerprint}"]))
    assert site.curl("by-cn")[0] == 202
    assert site.curl("by-print")[0] == 202
    assert site.curl("two-cns")[1]["code"] == "certificate_unknown"
    assert site.curl("kakuu-city")[1]["code"] == "certificate_unknown"  # no longer in the list


def test_a_drill_certificate_is_nobody_on_the_live_address(make_site):
    site = make_site(mode="live")
    client(site.keys, "course", "drill")
    status, body = site.curl("course")
    assert (status, body["code"]) == (401, "certificate_other_lane")
    # not even when a careless hand has registered the very certificate
    with open(site.key("course.pem"), encoding="ascii") as file:
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()
    site.rewrite(site.changed("kakuu-city", certificates=[f"SHA256:{fingerprint}"]))
    assert site.curl("course")[1]["code"] == "certificate_other_lane"


def test_hansho_submits_with_a_certificate(site, tmp_path):
    settings = {"mode": "drill", "gate_url": site.url(""), "feed_url": "http://127.0.0.1:1", "ca": site.key("ca.pem"),
                "source": "bosai.kakuu.example", "code": "990019", "organisation": "架空市", "office": "防災課"}
    for more, status in (({}, 1), ({"cert": site.pair("kakuu-city")[0], "key": site.pair("kakuu-city")[1]}, 0)):
        path = tmp_path / "client.yaml"
        path.write_text(yaml.safe_dump({**settings, **more}, allow_unicode=True), encoding="utf-8")
        done = subprocess.run([os.path.join(BIN, "hansho"), "--config", str(path), "submit", "--area", "990019", "--level", "4"],
                              timeout=30, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == status, done.stdout


# ---- revocation ----

def test_a_revoked_principal_is_ended_everywhere_and_nobody_else(make_site):
    site = make_site("optional")
    idle = site.connect("kakuu-city")
    by_token = site.connect(None, "drill-token-kakuu-0001")
    other = site.connect("soba-city")
    posted = site.post(order()).json()
    form = requests.Session()
    form.verify, form.trust_env = site.key("ca.pem"), False
    sign_in(form, site.url("/"), "kakuu", "drill-only-kakuu")
    assert "架空市" in form.get(site.url("/"), timeout=20).text
    waiting = site.connect("kakuu-city")
    ask(waiting, f"/v1/submissions/{posted['id']}?wait=25")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answered = pool.submit(answer, waiting)
        site.write(site.changed("kakuu-city", revoked=True))
        begin = time.monotonic()
        for opened in (idle, by_token):
            wait_until(lambda one=opened: has_ended(one), "an open connection of the revoked principal ends", REVOKED_WITHIN_S)
        assert answered.result() == b"", "the long poll has ended without an answer"
        assert time.monotonic() - begin < 20, "and not because it had waited long enough"
    # what it tries from now on
    for reply in (site.curl("kakuu-city"), site.curl(None, "-u", "kakuu:drill-only-kakuu"),
                  site.curl(None, "-H", "Authorization: Bearer drill-token-kakuu-0001")):
        assert (reply[0], reply[1]["code"]) == (401, "credential_revoked")
    assert site.publish(order(), None, text_token("kakuu", "drill-only-kakuu")).status_code == 500
    assert 'name="password"' in form.get(site.url("/"), timeout=20).text, "the session has ended"
    assert "失効" in sign_in(form, site.url("/"), "kakuu", "drill-only-kakuu").text
    # the other one has not noticed
    ask(other)
    assert b" 404 " in answer(other)
    # idle, by token, the long poll, and the browser's
    assert site.stack.metrics("gate")["hansho_gate_revoked_connections_total"] == 4
    # and back
    site.rewrite(site.people)
    assert site.curl("kakuu-city")[0] == 202


def test_a_removed_principal_and_a_new_password_end_what_was_open(make_site):
    site = make_site("optional")
    kakuu, soba, form = site.connect("kakuu-city"), site.connect("soba-city"), requests.Session()
    form.verify, form.trust_env = site.key("ca.pem"), False
    sign_in(form, site.url("/"), "soba", "drill-only-soba")
    assert "架空第二市" in form.get(site.url("/"), timeout=20).text
    people = [row for row in site.changed("soba-city", password="quite-another-one") if row["id"] != "kakuu-city"]
    site.rewrite(people)
    for opened in (kakuu, soba):
        wait_until(lambda one=opened: has_ended(one), "the connection ends", REVOKED_WITHIN_S)
    assert 'name="password"' in form.get(site.url("/"), timeout=20).text
    assert site.curl("kakuu-city")[1]["code"] == "certificate_unknown"
    assert site.curl("soba-city")[0] == 403  # known, by its certificate; the document is not its own


def test_a_revoked_certificate_ends_its_open_connection(make_site):
    site = make_site()
    kakuu, soba = site.connect("kakuu-city"), site.connect("soba-city")
    made(site.keys, "--revoke", site.key("kakuu-city.pem"))
    wait_until(lambda: has_ended(kakuu), "the connection of the revoked certificate ends", REVOKED_WITHIN_S)
    assert site.curl("kakuu-city")[1]["code"] == "certificate_revoked"
    ask(soba)
    assert b" 404 " in answer(soba)
    client(site.keys, "kakuu-city")  # a new one for the same principal
    assert site.curl("kakuu-city")[0] == 202


def test_a_hangup_is_not_waited_for(make_site):
    site = make_site(principals_check_s=30)
    opened = site.connect("kakuu-city")
    site.write(site.changed("kakuu-city", revoked=True))
    site.stack.processes["gate"].signal(signal.SIGHUP)
    wait_until(lambda: has_ended(opened), "SIGHUP is enough", 20)


@pytest.mark.parametrize("broken", ["principals: [", "principals: []", "principals:\n  - {id: x}\n", ""],
                         ids=["no-yaml", "nobody", "half", "empty"])
def test_a_broken_file_is_refused_loudly_and_the_old_one_stays(make_site, broken):
    site = make_site()
    opened = site.connect("kakuu-city")
    with open(site.stack.path("principals.yaml"), "w", encoding="utf-8") as file:
        file.write(broken)
    wait_until(lambda: site.reads("refused") > 0, "the gate refuses the file", REVOKED_WITHIN_S)
    site.stack.wait_output("gate", r"gate\.principals_refused.*principals\.yaml")
    assert site.stack.metrics("gate")["hansho_gate_principals_old"] == 1
    status = requests.get(f"http://{site.stack.ops['gate']}/status", timeout=20).json()
    assert status["principals_old"] is True and status["principals"] == len(site.people)
    assert site.curl("kakuu-city")[0] == 202
    ask(opened)
    assert b" 404 " in answer(opened)
    os.remove(site.stack.path("principals.yaml"))  # nor is no file at all a reason to let anybody out or in
    site.stack.processes["gate"].signal(signal.SIGHUP)
    wait_until(lambda: site.reads("refused") > 1, "the gate misses the file", REVOKED_WITHIN_S)
    assert site.curl("kakuu-city")[0] == 202
    site.rewrite(site.people)
    assert site.stack.metrics("gate")["hansho_gate_principals_old"] == 0


def test_orders_on_their_way_survive_a_new_list(make_site):
    """Lists change under open submissions: each is answered, none by a list that is gone."""
    site = make_site("optional")

    def send(number):
        user = PRINCIPALS[number % 2]
        document = order(source=user["source"], code=user["code"], name=user["organisation"])
        return site.post(document, user["id"]).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = [pool.submit(send, number) for number in range(120)]
        for turn in range(20):
            site.write(site.changed("kakuu-pref", office=f"室{turn}"))
            site.stack.processes["gate"].signal(signal.SIGHUP)
            time.sleep(0.02)
        assert [reply.result() for reply in replies] == [202] * 120
    assert site.reads() >= 2


def sign_in(session, url, username, password):
    page = session.get(url, timeout=20).text
    token = page.split('name="token" value="', 1)[1].split('"', 1)[0]
    return session.post(url + "sign-in", data={"token": token, "username": username, "password": password}, timeout=20)


# ---- roles, kinds, delegations ----

def person(name, role, **more):
    return {"id": name, "organisation": name, "code": "990001", "statuses": ["Exercise"], "role": role,
            "token": f"drill-token-of-{name}", **more}


def bearer(name):
    return {"Authorization": f"Bearer drill-token-of-{name}", "Content-Type": "application/xml"}


@pytest.fixture(scope="module", name="roles")
def stack_of_roles():
    hour = 3600

    def lent(begin, end):  # a new one each time: YAML would write an alias
        return [{"areas": ["990019"], "kinds": ["evacuation"], "from": jst(time.time() + begin), "to": jst(time.time() + end)}]

    people = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [
        person("adapter", "adapter"), person("operator", "operator"), person("relayer", "relayer"),
        person("leader", "drill_leader", areas=["99"], source="bosai.leader.example"),
        person("shelters", "sender", areas=["990019"], kinds=["shelter", "damage"], source="bosai.shelters.example"),
        person("proxy", "sender", source="bosai.proxy.example", delegations=lent(-hour, hour)),
        person("late", "sender", source="bosai.late.example", delegations=lent(-2 * hour, -hour)),
        person("of", "sender", source="bosai.of.example", delegations=[
            {"of": "kakuu-city", "from": jst(time.time() - hour), "to": jst(time.time() + hour)}]),
    ]
    running = Stack(mode="drill", feeds=1, principals=people)
    yield running
    try:
        running.stop_all()
    finally:
        running.abort()


def send(stack, name, document=None, path="/v1/submissions"):
    document = document or order(source=f"bosai.{name}.example")
    return stack.post(path, document, user=None, headers=bearer(name))


@pytest.mark.parametrize("role", ["adapter", "operator"])
@pytest.mark.parametrize("path", ["/v1/submissions", "/v1/validate"])
def test_who_only_looks_sends_nothing(roles, role, path):
    reply = send(roles, role, path=path)
    assert reply.status_code == 403 and reply.json()["code"] == "role_forbidden", reply.text
    assert reply.json()["expected"] == "sender relayer drill_leader"


@pytest.mark.parametrize("role,status", [("operator", 200), ("leader", 200), ("adapter", 404), ("relayer", 404),
                                         ("shelters", 404)])
def test_who_sees_the_submissions_of_others(roles, role, status):
    sent = roles.accepted(order())
    reply = requests.get(f"{roles.gate_url}/v1/submissions/{sent['id']}", headers=bearer(role), timeout=20)
    assert reply.status_code == status, reply.text


def test_a_leader_of_drills_sends(roles):
    assert send(roles, "leader").status_code == 202


def test_a_foreign_kind_is_refused_with_the_kinds_that_are_allowed(roles):
    reply = send(roles, "shelters")
    assert reply.status_code == 403, reply.text
    assert (reply.json()["code"], reply.json()["expected"]) == ("kind_foreign", "shelter damage")


def test_a_delegation_in_force_is_taken_and_shown(roles):
    for name in ("proxy", "of"):
        reply = send(roles, name)
        assert reply.status_code == 202, reply.text
        url = roles.feed_url(f"/v1/notices/{reply.json()['seq']}")
        wait_until(lambda at=url: requests.get(at, timeout=20).status_code == 200, "the feed has it")
        text = json.dumps(requests.get(url, timeout=20).json(), ensure_ascii=False)
        assert "proxy_entry" in text and f'"entered_by": "{name}"' in text, text
    # not a place beside, and not a wider one
    reply = send(roles, "proxy", order(source="bosai.proxy.example", code="990027", name="架空第二市"))
    assert reply.json()["code"] == "area_foreign"


def test_a_delegation_that_is_over_names_its_dates(roles):
    reply = send(roles, "late")
    assert reply.status_code == 403, reply.text
    refused = reply.json()
    assert refused["code"] == "delegation_dates" and " … " in refused["expected"]
    assert "代行入力" in refused["message"]["ja"]


# ---- hansho keygen ----

@pytest.mark.parametrize("arguments", [
    ["--client", "a"], ["--client", "a", "--mode", "both"], ["--mode", "live"], ["--client", "ca", "--mode", "live"],
    ["--client", "../a", "--mode", "live"], ["--client", "a b", "--mode", "live"], ["--client", "a" * 64, "--mode", "live"],
    ["--client", "a", "--mode", "live", "--host", "b"], ["--days", "0"]])
def test_keygen_refuses_what_leaves_something_in_doubt(tmp_path, arguments):
    assert keygen(str(tmp_path / "k"), *arguments).returncode == 2
    assert not (tmp_path / "k").exists()


def test_keygen_keeps_keys_to_the_owner_and_authorities_apart(tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    client(one, "a")
    client(two, "b")
    assert os.stat(os.path.join(one, "a.key")).st_mode & 0o077 == 0
    done = keygen(one, "--revoke", os.path.join(two, "b.pem"))
    assert done.returncode == 4 and "authority" in done.stderr
    assert not os.path.exists(os.path.join(one, "crl.pem"))
    for name in ("a", "c"):
        client(one, name)
        made(one, "--revoke", os.path.join(one, f"{name}.pem"))
    with open(os.path.join(one, "crl.pem"), "rb") as file:
        assert len(list(x509.load_pem_x509_crl(file.read()))) == 2
    assert "--client" in keygen(one, "--help").stdout


