/* lalert_bodies.h: one document of each category with all its fields but shelters (parse_shelter_test.c), each in the habits
 * of another sender. */
#ifndef HS_TEST_LALERT_BODIES_H
#define HS_TEST_LALERT_BODIES_H

#include "tests/unit/hub/gate/lalert_kit.h"

#define ELEMENT	 " xmlns:e=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis2/\">"
#define DISASTER "<e:Disaster><e:DisasterName>訓練災害</e:DisasterName></e:Disaster>"
/* clang-format off */
#define HEADQUARTERS \
	"<x:AntidisasterHeadquarter xmlns:x=\"" KIT_BODY("AntidisasterHeadquarter5/") "\"" ELEMENT DISASTER \
	"<x:Name>架空市災害対策本部</x:Name><x:Status>設置</x:Status><x:Type>対策本部</x:Type><x:DateTime>2026-07-01T18:50:00+09:00</x:DateTime><x:ComplementaryInfo>本庁舎3階</x:ComplementaryInfo></x:AntidisasterHeadquarter>"
#define DAMAGE_OPEN "<DamageInformation xmlns=\"" KIT_BODY("DamageInformation4") "\" xmlns:p=\"" KIT_BODY("DamageInformation4") "\"" ELEMENT
#define DAMAGE DAMAGE_OPEN DISASTER "<ComplementaryInfo>調査中</ComplementaryInfo>" \
	"<HumanDamages><HumanDamage p:humanDamageType=\"死者\" p:counterUnit=\"人\">0</HumanDamage><HumanDamage humanDamageType=\"負傷者_重傷\" counterUnit=\"人\"><!-- 不明 --></HumanDamage><HumanDamage p:humanDamageType=\"負傷者_軽傷\">12</HumanDamage></HumanDamages>" \
	"<HouseDamages><HouseDamage p:houseDamageType=\"床上浸水\" p:counterUnit=\"棟\">1,203</HouseDamage></HouseDamages>" \
	"<BuildingDamages><BuildingDamage p:buildingDamageType=\"公共建物\" p:counterUnit=\"棟\">1</BuildingDamage></BuildingDamages>" \
	"<OtherDamages><OtherDamage p:otherDamageType=\"田_冠水\" p:counterUnit=\"ha\">1.5</OtherDamage></OtherDamages>" \
	"<Sufferers><Sufferer p:suffererDamageType=\"り災者数\" p:counterUnit=\"人\">7</Sufferer></Sufferers>" \
	"<FireDamages><FireDamage p:fireDamageType=\"危険物\" p:counterUnit=\"件\">2</FireDamage></FireDamages>" \
	"<Losses><FacilitiesLosses><Loss p:lossesDamageType=\"公共土木施設\" p:currencyUnit=\"千円\">300</Loss><TotalLosses p:currencyUnit=\"千円\">301</TotalLosses></FacilitiesLosses>" \
	"<OtherLosses><Loss p:lossesDamageType=\"農業被害\" p:currencyUnit=\"千円\">400</Loss></OtherLosses><TotalLosses p:currencyUnit=\"千円\">701</TotalLosses></Losses>" \
	"<Firefighter><TurnoutFireStation>10</TurnoutFireStation><TurnoutFireCompany>20</TurnoutFireCompany></Firefighter></DamageInformation>"
#define GENERAL_OPEN "<g:GeneralInformation xmlns:g=\"" KIT_BODY("GeneralInformation2") "\" xmlns:h=\"http://xml.publiccommons.ne.jp/pcxml1/html2/\"" ELEMENT
#define GENERAL GENERAL_OPEN "<g:DisasterInformationType>Disaster</g:DisasterInformationType>" DISASTER \
	"<g:Category>ライフライン</g:Category><g:SubCategory>給水</g:SubCategory><g:Title>給水のお知らせ</g:Title>" \
	"<g:Description>\n  <h:h2>給水所</h:h2>\n  <h:ul>\n   <h:li>北小学校</h:li>\n   <h:li>南公民館 <h:b>(午後)</h:b></h:li>\n  </h:ul>\n" \
	"  容器を持参してください。<h:br/>詳しくは<h:a h:href=\"http://kakuu.example/w\">市のページ</h:a>へ。<!-- x -->\n" \
	"  <h:ol><h:li>並ぶ</h:li><h:li>受け取る</h:li></h:ol><h:dl><h:dt>時間</h:dt><h:dd>9時から</h:dd></h:dl><h:blink>残り &amp; わずか</h:blink><![CDATA[<生>]]></g:Description>" \
	"<g:URL>http://kakuu.example/</g:URL><g:AttachmentFiles><g:File><g:URI>http://kakuu.example/a.pdf</g:URI><g:MimeType>application/pdf</g:MimeType><g:MediaType>Pdf</g:MediaType><g:Caption>地図</g:Caption></g:File><g:File/></g:AttachmentFiles></g:GeneralInformation>"
#define EVENT "<v:Event xmlns:v=\"" KIT_BODY("event2/") "\"" ELEMENT \
	"<v:Name>防災フェア</v:Name><v:From>2026-07-20</v:From><v:To>2026-07-21T17:00:00+09:00</v:To><v:DurationDescription>2日間</v:DurationDescription><v:Fee>無料</v:Fee>" \
	"<v:Description>一行目\n二行目</v:Description><v:URL>http://kakuu.example/e</v:URL><v:AttachmentFiles><v:File><v:URI>http://kakuu.example/p.jpg</v:URI><v:MimeType>image/jpeg</v:MimeType><v:MediaType>Photo</v:MediaType><v:Caption/></v:File></v:AttachmentFiles></v:Event>"
#define MAIL "<m:UrgentMail xmlns:m=\"" KIT_BODY("UrgentMail4") "\"" ELEMENT "<m:Information><m:Message>北町は避難してください。\nこれは訓練です。</m:Message><m:Title>訓練 避難</m:Title></m:Information></m:UrgentMail>"
#define CARRIERS "<d:consumerRole><d:valueListUrn>publicCommons:media:urgentmail:carrier</d:valueListUrn><d:value>UMC1</d:value><d:value/><d:value>UMC3</d:value></d:consumerRole>"
/* clang-format on */

__attribute__((unused)) static const struct kit headquarters = {
	.category = "AntidisasterHeadquarter", .headline = "", .body = HEADQUARTERS
};
__attribute__((unused)) static const struct kit damage = { .category = "DamageInformation",
	.body = DAMAGE };
__attribute__((unused)) static const struct kit general = { .category = "GeneralInformation",
	.body = GENERAL };
__attribute__((unused)) static const struct kit event = { .category = "Event",
	.target = "<c:targetArea><c:areaName>北町，南町 , 港町</c:areaName></c:targetArea>",
	.body = EVENT };
__attribute__((unused)) static const struct kit mail = {
	.category = "UrgentMail", .extra = CARRIERS, .body = MAIL
};

#endif
