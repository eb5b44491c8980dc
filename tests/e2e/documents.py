"""L-Alert style documents for the tests, written by hand and not by the code under test."""

import base64
import hashlib
import itertools
import os
import time
from xml.sax.saxutils import escape

JST_S = 9 * 3600
DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
COMMONS = "http://xml.publiccommons.ne.jp/xml/edxl/"
PCXML = "http://xml.publiccommons.ne.jp/pcxml1/4"
# Warnings that depend on what was sent before (hub/core/guard.h).
BY_WHAT_STANDS = {"level_jump", "near_duplicate"}
_serial = itertools.count(1)


def jst(at_s=None, offset="+09:00"):
    at_s = time.time() if at_s is None else at_s
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_s + JST_S)) + offset


def new_id(prefix="doc"):
    return f"{prefix}-{os.getpid()}-{next(_serial)}-{os.urandom(4).hex()}"


def area(name, code="990019", at=None, kana=""):
    kana = f"<commons:areaNameKana>{kana}</commons:areaNameKana>" if kana else ""
    return (f"<ev:Area><eb:Location><commons:areaName>{escape(name)}</commons:areaName>{kana}"
            f"<commons:jisX0402>{code}</commons:jisX0402></eb:Location>"
            f"<ev:DateTime>{at or jst()}</ev:DateTime></ev:Area>")


def detail(sort, names, state="発令", code="990019", at=None):
    areas = "".join(area(n, code, at) for n in names)
    return (f"<ev:Detail><ev:Sort>{sort}</ev:Sort><ev:IssueOrLift>{state}</ev:IssueOrLift>"
            f"<ev:Areas>{areas}</ev:Areas></ev:Detail>")


def order(details=None, document=None, revision=1, kind=None, status="Exercise", control=None,
          source="bosai.kakuu.example", code="990019", name="架空市", errata="", headline=None,
          disaster="河川の氾濫", sent=None, root_extra="", distribution=None):
    """An EvacuationOrder as a whole EDXL-DE document. details: list of detail(…)."""
    document = document or new_id()
    details = [detail("避難指示", ["北町一丁目"], code=code)] if details is None else details
    kind = kind or ("Report" if revision == 1 else "Update")
    sent = sent or jst()
    distribution = distribution or new_id("dist")
    headline = headline or "北町一丁目に避難指示を発令しました。"
    if errata:
        errata = (f"<p:Errata><eb:DateTime>{sent}</eb:DateTime><eb:Description>{escape(errata)}"
                  "</eb:Description></p:Errata>")
    office = (f"<eb:OrganizationCode>{code}</eb:OrganizationCode><eb:OfficeName>防災課"
              f"</eb:OfficeName><eb:OrganizationName>{name}</eb:OrganizationName>")
    where = f"<commons:areaName>{name}</commons:areaName><commons:jisX0402>{code}</commons:jisX0402>"
    ids = (f"<commons:previousDocumentRevision>{revision - 1}</commons:previousDocumentRevision>"
           f"<commons:documentRevision>{revision}</commons:documentRevision>"
           f"<commons:documentID>{document}</commons:documentID>")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edxlde:EDXLDistribution xmlns:edxlde="{DE}" xmlns:commons="{COMMONS}"{root_extra}>
<edxlde:distributionID>{distribution}</edxlde:distributionID><edxlde:senderID>{source}</edxlde:senderID>
<edxlde:dateTimeSent>{sent}</edxlde:dateTimeSent><edxlde:distributionStatus>{status}</edxlde:distributionStatus>
<edxlde:distributionType>{kind}</edxlde:distributionType>
<edxlde:combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</edxlde:combinedConfidentiality>
<edxlde:language>ja-JP</edxlde:language>
<commons:targetArea>{where}</commons:targetArea>
<commons:contentObject>
<edxlde:contentDescription>{escape(headline)}</edxlde:contentDescription>
<edxlde:xmlContent><edxlde:embeddedXMLContent>
<p:Report xmlns:p="{PCXML}" xmlns:ib="http://xml.publiccommons.ne.jp/pcxml1/informationBasis4/" xmlns:eb="http://xml.publiccommons.ne.jp/pcxml1/elementBasis4/" xmlns:ev="http://xml.publiccommons.ne.jp/pcxml1/body/evacuation4">
<p:Control><p:Title>EvacuationOrder</p:Title><edxlde:distributionStatus>{control or status}</edxlde:distributionStatus>
<p:EditorialOffice>{office}</p:EditorialOffice>
<p:PublishingOffice><eb:OfficeInfo>{office}</eb:OfficeInfo></p:PublishingOffice>{errata}</p:Control>
<ib:Head><ib:Title>{name} 避難情報</ib:Title><ib:CreateDateTime>{sent}</ib:CreateDateTime>
<ib:FirstCreateDateTime>{sent}</ib:FirstCreateDateTime><ib:ReportDateTime>{sent}</ib:ReportDateTime>
<edxlde:distributionID>{distribution}</edxlde:distributionID><edxlde:distributionType>{kind}</edxlde:distributionType>
{ids}
<ib:Headline><ib:Text>{escape(headline)}</ib:Text><ib:Areas><ib:Area>{where}</ib:Area></ib:Areas></ib:Headline></ib:Head>
<ev:EvacuationOrder><eb:Disaster><eb:DisasterName>{escape(disaster)}</eb:DisasterName></eb:Disaster>
<ev:ComplementaryInfo/>{"".join(details)}</ev:EvacuationOrder>
</p:Report></edxlde:embeddedXMLContent></edxlde:xmlContent>
<commons:publishingOfficeName>防災課</commons:publishingOfficeName>
<commons:publishingOrganizationName>{name}</commons:publishingOrganizationName>
<commons:publishingOfficeID>{code}</commons:publishingOfficeID>
{ids}<commons:category>EvacuationOrder</commons:category>
</commons:contentObject>
</edxlde:EDXLDistribution>
"""


WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"


def digest_token(username, password, created=None, nonce=None):
    """UsernameToken with PasswordDigest."""
    nonce = nonce or os.urandom(16)
    created = created or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    digest = hashlib.sha1(nonce + created.encode() + password.encode()).digest()
    return (f'<wsse:UsernameToken xmlns:wsu="{WSU}"><wsse:Username>{username}</wsse:Username>'
            f'<wsse:Password Type="{PROFILE}#PasswordDigest">{base64.b64encode(digest).decode()}'
            f"</wsse:Password><wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce>"
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken>")


def text_token(username, password):
    """UsernameToken with PasswordText."""
    return (f"<wsse:UsernameToken><wsse:Username>{username}</wsse:Username>"
            f'<wsse:Password Type="{PROFILE}#PasswordText">{escape(password)}</wsse:Password>'
            "</wsse:UsernameToken>")


def soap(document, token=""):
    """A SOAP 1.1 publish around a document."""
    if document.startswith("<?xml"):
        document = document.split("?>", 1)[1]
    header = (f'<S:Header><wsse:Security xmlns:wsse="{WSSE}">{token}</wsse:Security></S:Header>'
              if token else "")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">' + header +
            '<S:Body><c:publish xmlns:c="http://soap.publiccommons.ne.jp/"><c:message>' + document +
            "</c:message></c:publish></S:Body></S:Envelope>")
