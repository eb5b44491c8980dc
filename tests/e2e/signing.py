"""Signs documents as a sender would, with lxml's C14N and the openssl command: nothing of the code under test."""

import base64
import hashlib
import os
import subprocess

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
METHODS = {"rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
           "ec": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"}


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=60, check=True).stdout


class Signer:
    """A key and its certificate, made now."""

    def __init__(self, folder, name, kind="rsa"):
        self.kind = kind
        self.key = os.path.join(folder, name + ".key")
        self.cert = os.path.join(folder, name + ".pem")
        new = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl("req", "-x509", "-nodes", "-newkey", *new, "-keyout", self.key, "-out", self.cert, "-days", "2",
                "-subj", "/CN=drill")

    def value(self, data):
        raw = openssl("dgst", "-sha256", "-sign", self.key, data=data)
        if self.kind == "ec":  # XML Signature 1.1, 6.4.3: r and s side by side, not DER
            lines = openssl("asn1parse", "-inform", "DER", data=raw).decode().splitlines()
            numbers = [line.rsplit(":", 1)[1] for line in lines if "INTEGER" in line]
            raw = b"".join(int(number, 16).to_bytes(32, "big") for number in numbers)
        return base64.b64encode(raw).decode()

    def sign(self, text, uri=""):
        root = etree.fromstring(text.encode())
        digest = base64.b64encode(hashlib.sha256(canonical(root)).digest()).decode()
        signature = etree.fromstring(
            f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXC}"/>'
            f'<ds:SignatureMethod Algorithm="{METHODS[self.kind]}"/><ds:Reference URI="{uri}"><ds:Transforms>'
            f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{EXC}"/></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>'
            "</ds:SignedInfo><ds:SignatureValue/></ds:Signature>")
        root.append(signature)
        signature[1].text = self.value(canonical(signature[0]))
        return etree.tostring(root, encoding="unicode")


def canonical(node):
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
