"""Documents of every L-Alert category, written by hand in the habits of several senders: generations mixed, prefixes made
by machines, the default namespace SOAP's, empty elements, comments inside."""

from documents import COMMONS, DE, jst, new_id

BODY = "http://xml.publiccommons.ne.jp/pcxml1/body/"
BASIS = "http://xml.publiccommons.ne.jp/pcxml1/"

SHELTER = f"""<b:Shelter xmlns:b="{BODY}shelter3"><e:Disaster><e:DisasterName>訓練災害</e:DisasterName></e:Disaster>
<b:ComplementaryInfo>ペット可</b:ComplementaryInfo><b:TotalNumber><b:HeadCount>12</b:HeadCount><b:Households/></b:TotalNumber>
<b:TotalNumberOfShelter>2</b:TotalNumberOfShelter><b:Informations>
<b:Information><b:Location><d:circle>30.001000,139.001000,0</d:circle><c:areaName>北小学校<!-- 体育館 --></c:areaName>
<c:areaNameKana>きたしょうがっこう</c:areaNameKana><b:Address>架空市北町1-1</b:Address>
<e:ContactInfo e:contactType="phone">000-000-0000</e:ContactInfo></b:Location><b:Type>避難所</b:Type><b:TypeDetail/>
<b:Sort>開設</b:Sort><b:DateTime>2026-07-01T18:00:00+09:00</b:DateTime><b:Capacity>400</b:Capacity><b:Status>空き</b:Status>
<b:NumberOf><b:HeadCount b:unit="人">12</b:HeadCount><b:HeadCountVoluntary>0</b:HeadCountVoluntary></b:NumberOf></b:Information>
<b:Information><b:Sort>閉鎖</b:Sort><b:Location><c:areaName>南公民館</c:areaName></b:Location></b:Information>
</b:Informations></b:Shelter>"""
HEADQUARTERS = f"""<x:AntidisasterHeadquarter xmlns:x="{BODY}AntidisasterHeadquarter5/"><x:Status>設置</x:Status>
<x:Type>対策本部</x:Type><x:Name>架空市災害対策本部</x:Name><x:DateTime>2026-07-01T18:50:00+09:00</x:DateTime></x:AntidisasterHeadquarter>"""
DAMAGE = f"""<DamageInformation xmlns="{BODY}DamageInformation4" xmlns:p="{BODY}DamageInformation4"><HumanDamages>
<HumanDamage p:humanDamageType="死者" p:counterUnit="人">0</HumanDamage><HumanDamage p:humanDamageType="負傷者_軽傷" p:counterUnit="人"/>
</HumanDamages><HouseDamages><HouseDamage p:houseDamageType="床上浸水" p:counterUnit="棟">12</HouseDamage></HouseDamages></DamageInformation>"""
GENERAL = f"""<g:GeneralInformation xmlns:g="{BODY}GeneralInformation2" xmlns:h="{BASIS}html2/">
<g:DisasterInformationType>Ordinary</g:DisasterInformationType><g:Category>ライフライン</g:Category><g:SubCategory>給水</g:SubCategory>
<g:Title>給水のお知らせ</g:Title><g:Description><h:h2>給水所</h:h2><h:ul><h:li>北小学校</h:li></h:ul>くわしくは<h:a h:href="http://kakuu.example/w">市のページ</h:a></g:Description>
<g:URL/><g:AttachmentFiles><g:File><g:URI>http://kakuu.example/a.pdf</g:URI><g:MimeType>application/pdf</g:MimeType><g:MediaType>Pdf</g:MediaType></g:File></g:AttachmentFiles></g:GeneralInformation>"""
EVENT = f"""<v:Event xmlns:v="{BODY}event2/"><v:Name>防災フェア</v:Name><v:From>2026-07-20</v:From><v:To>2026-07-21T17:00:00+09:00</v:To>
<v:Fee>無料</v:Fee><v:Description>一行目
二行目</v:Description></v:Event>"""
MAIL = f"""<m:UrgentMail xmlns:m="{BODY}UrgentMail4"><m:Information><m:Title>訓練</m:Title><m:Message>これは訓練です。
北町は避難してください。</m:Message></m:Information></m:UrgentMail>"""
CARRIERS = """<d:consumerRole><d:valueListUrn>publicCommons:media:urgentmail:carrier</d:valueListUrn>
<d:value>UMC1</d:value><d:value>UMC3</d:value></d:consumerRole>"""
OPAQUE = """<r:Anything xmlns:r="{}4"><r:Station r:code="1"><!-- a --><r:Value>12</r:Value></r:Station></r:Anything>"""

# category → kind of the feed, body
TYPED = {
    "Shelter": ("shelter", SHELTER), "AntidisasterHeadquarter": ("headquarters", HEADQUARTERS),
    "DamageInformation": ("damage", DAMAGE), "GeneralInformation": ("notice", GENERAL), "Event": ("event", EVENT),
    "UrgentMail": ("urgent_mail", MAIL),
}
KEPT = {
    "WaterLevel": ("water_level", "waterlevel"), "RainFall": ("rainfall", "rainfall"),
    "FamiliariseRiver": ("flood", "familiariseriver"), "floodcontrolwarning": ("flood", "floodcontrolwarning"),
    "SedimentDisastersWarning": ("landslide", "SedimentDisastersWarning"), "CivilProtection": ("civil_protection", "CivilProtection"),
    "System": ("other", "System"), "潮位情報": ("other", "tide"),
}
ALL = {**TYPED, **{name: (kind, OPAQUE.format(BODY + space)) for name, (kind, space) in KEPT.items()}}


def document(category, body=None, document_id=None, revision=1, kind=None, status="Exercise", errata="", headline="見出し",
             source="bosai.kakuu.example", code="990019", name="架空市", target=None):
    """A whole EDXL-DE document of that category."""
    document_id = document_id or new_id()
    distribution = new_id("dist")
    kind = kind or ("Report" if revision == 1 else "Update")
    body = ALL[category][1] if body is None else body
    target = target or (f"<c:targetArea><d:circle/><d:polygon/><c:areaName>{name}</c:areaName>"
                        f"<c:jisX0402>{code}</c:jisX0402></c:targetArea>")
    carriers = CARRIERS if category == "UrgentMail" else ""
    if errata:
        errata = f"<q1:Errata><e:Description>{errata}</e:Description><e:DateTime>{jst()}</e:DateTime></q1:Errata>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<d:EDXLDistribution xmlns="http://soap.publiccommons.ne.jp/" xmlns:d="{DE}" xmlns:c="{COMMONS}" xmlns:e="{BASIS}elementBasis2/">
<d:distributionID>{distribution}</d:distributionID><d:senderID>{source}</d:senderID><d:dateTimeSent>{jst()}</d:dateTimeSent>
<d:distributionStatus>{status}</d:distributionStatus><d:distributionType>{kind}</d:distributionType>
<d:combinedConfidentiality>UNCLASSIFIED AND NOTSENSITIVE</d:combinedConfidentiality>{target}
<c:contentObject><d:contentDescription>{headline}</d:contentDescription>{carriers}<d:xmlContent><d:embeddedXMLContent>
<q1:Report xmlns:q1="{BASIS}4"><pcx_cns_i3:Head xmlns:pcx_cns_i3="{BASIS}informationBasis3/">
<pcx_cns_i3:Headline><pcx_cns_i3:Areas/><pcx_cns_i3:Text>{headline}<!-- x --></pcx_cns_i3:Text></pcx_cns_i3:Headline>
<pcx_cns_i3:Title>{name} {category}</pcx_cns_i3:Title><pcx_cns_i3:ReportDateTime>{jst()}</pcx_cns_i3:ReportDateTime><pcx_cns_i3:ValidDateTime/>
</pcx_cns_i3:Head>{body}
<q1:Control><d:distributionStatus>{status}</d:distributionStatus><q1:Title>{category}</q1:Title>{errata}</q1:Control></q1:Report>
</d:embeddedXMLContent></d:xmlContent><c:publishingOfficeID>{code}</c:publishingOfficeID>
<c:publishingOrganizationName>{name}</c:publishingOrganizationName><c:previousDocumentRevision>{revision - 1}</c:previousDocumentRevision>
<c:documentRevision>{revision}</c:documentRevision><c:documentID>{document_id}</c:documentID><c:category>{category}</c:category>
</c:contentObject></d:EDXLDistribution>"""
