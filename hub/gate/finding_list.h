/* finding_list.h: every finding the gate can make: code, HTTP status, SOAP code, severity, text and way to
 * mend in Japanese and English. A row is added here and nowhere else; codes are never reused. */
#ifndef HS_GATE_FINDING_LIST_H
#define HS_GATE_FINDING_LIST_H

#include "hub/gate/finding_list_cap.h"

/* clang-format off */
/* X(NAME, "code", HTTP, SOAP, SEVERITY, text_ja, text_en, mend_ja, mend_en) */
#define HS_FINDING_LIST(X)                                                                         \
	/* the input as bytes */                                                                           \
	X(BODY_EMPTY, "body_empty", 400, 402, ERROR,                                                       \
	  "本文がありません。", "The request has no content.",                                             \
	  "XML文書を本文に入れて送ってください。", "Send the XML document as the body.")                   \
	X(BODY_TOO_LARGE, "body_too_large", 413, 402, ERROR,                                               \
	  "文書が大きすぎます。", "The document is larger than the limit.",                                \
	  "地区を分けるなどして、上限以下の文書を送ってください。", "Send a document below the limit, for example with fewer areas.") \
	X(ENCODING_UNSUPPORTED, "encoding_unsupported", 400, 402, ERROR,                                   \
	  "この文字コードは受け付けていません。", "This character encoding is not accepted.",              \
	  "UTF-8で保存し、XML宣言も encoding=\"UTF-8\" にしてください。", "Save the document as UTF-8 and declare encoding=\"UTF-8\".") \
	X(ENCODING_CONTRADICTION, "encoding_contradiction", 400, 402, ERROR,                               \
	  "XML宣言の文字コードと実際のバイト列が一致しません。", "The declared encoding contradicts the bytes.", \
	  "XML宣言の encoding を実際の文字コードに合わせてください。", "Make the encoding of the XML declaration match the bytes.") \
	X(ENCODING_BAD, "encoding_bad", 400, 402, ERROR,                                                   \
	  "文字コードとして正しくないバイトがあります。", "The bytes are not valid in the document's encoding.", \
	  "UTF-8で保存し直してください。", "Save the document again as UTF-8.")                            \
	X(NUL_BYTE, "nul_byte", 400, 402, ERROR,                                                           \
	  "NUL文字が含まれています。", "The document contains a NUL character.",                           \
	  "NUL文字を取り除いてください。", "Remove the NUL character.")                                    \
	X(DOCTYPE, "doctype_refused", 400, 402, ERROR,                                                     \
	  "DOCTYPE宣言は使えません。", "A DOCTYPE declaration is not allowed.",                            \
	  "DOCTYPE宣言と実体宣言を取り除いてください。", "Remove the DOCTYPE and any entity declaration.") \
	X(TAG_TOO_LARGE, "tag_too_large", 400, 402, ERROR,                                                 \
	  "一つのタグが長すぎます。", "A single tag is longer than the limit.",                            \
	  "属性や名前空間宣言を減らしてください。", "Use fewer or shorter attributes and namespace declarations.") \
	X(TOO_DEEP, "too_deep", 400, 402, ERROR,                                                           \
	  "要素の入れ子が深すぎます。", "Elements are nested deeper than the limit.",                      \
	  "Lアラート形式の文書構造を確認してください。", "Check the structure against the L-Alert format.") \
	X(TOO_MANY_ATTRIBUTES, "too_many_attributes", 400, 402, ERROR,                                     \
	  "一つの要素の属性が多すぎます。", "An element has more attributes than the limit.",              \
	  "不要な属性や名前空間宣言を取り除いてください。", "Remove attributes and namespace declarations that are not needed.") \
	X(TOO_MANY_ELEMENTS, "too_many_elements", 413, 402, ERROR,                                         \
	  "要素の数が多すぎます。", "The document has more elements than the limit.",                      \
	  "地区を分けるなどして、要素を減らしてください。", "Send fewer elements, for example fewer areas.") \
	X(NOT_WELL_FORMED, "not_well_formed", 400, 402, ERROR,                                             \
	  "XMLとして正しくありません。", "The document is not well-formed XML.",                           \
	  "示した行の近くの、閉じタグや特殊文字（&amp; など）を確認してください。", "Look near the line given for unclosed tags or unescaped characters such as &.") \
	X(NAMESPACE_BAD, "namespace_bad", 400, 402, ERROR,                                                 \
	  "名前空間の宣言が正しくありません。", "A namespace prefix is used without its declaration.",     \
	  "接頭辞の xmlns 宣言を加えてください。", "Declare the prefix with xmlns.")                       \
	X(OUT_OF_ROOM, "out_of_room", 503, 901, ERROR,                                                     \
	  "処理に必要な領域が足りません。", "The gate had no room to check the document.",                 \
	  "しばらく待って同じ文書を送り直してください。", "Wait a little and send the same document again.") \
	/* signature */                                                                                    \
	X(SIGNATURE_MISSING, "signature_missing", 403, 402, ERROR,                                         \
	  "この発信元の文書には電子署名が必要です。", "Documents of this sender must be signed.",          \
	  "登録した証明書の鍵で署名して送り直してください。緊急時は管理者に連絡し、署名の必須を外してもらってください。", "Sign with the key of the registered certificate and send again. In an emergency ask the administrator to set signature to optional.") \
	X(SIGNATURE_SHAPE, "signature_shape", 422, 402, ERROR,                                             \
	  "電子署名の構造が受け付けている形ではありません。", "The signature does not have the structure that is accepted.", \
	  "ルート要素の直下に、文書全体（URI=\"\"）を対象とする ds:Signature を一つだけ置いてください。", "Put exactly one ds:Signature directly into the root element, with one Reference to the whole document (URI=\"\").") \
	X(SIGNATURE_ALGORITHM, "signature_algorithm", 422, 402, ERROR,                                     \
	  "この署名方式は受け付けていません。", "This algorithm of the signature is not accepted.",        \
	  "排他的C14N、SHA-256、RSA-SHA256またはECDSA-SHA256（P-256）で署名してください。", "Sign with exclusive C14N, SHA-256, and RSA-SHA256 or ECDSA-SHA256 on P-256.") \
	X(SIGNATURE_INVALID, "signature_invalid", 403, 402, ERROR,                                         \
	  "電子署名が文書または登録された鍵と一致しません。", "The signature does not fit the document or the registered keys.", \
	  "署名した後に文書が変わっていないか、登録された証明書の鍵で署名したかを確認してください。", "Check that nothing changed the document after signing, and that it was signed with the key of the registered certificate.") \
	X(SIGNATURE_KEY_EXPIRED, "signature_key_expired", 403, 402, ERROR,                                 \
	  "署名の証明書が有効期間の外です。", "The certificate of the signature is outside its validity.", \
	  "新しい証明書を管理者に登録してもらい、その鍵で署名してください。", "Have the administrator register a new certificate and sign with its key.") \
	X(SIGNATURE_UNVERIFIED, "signature_unverified", 200, 0, WARNING,                                   \
	  "電子署名は検証できないため、使われませんでした。", "The signature could not be verified and was not used.", \
	  "有効な証明書を管理者に登録してもらってください。", "Have the administrator register a valid certificate.") \
	X(NO_CHARACTER, "no_character", 422, 402, ERROR,                                                   \
	  "文字ではない符号が含まれています。", "A text contains a code that is no character.",            \
	  "文字コードの変換の誤りがないか確認し、示した要素の文字を入れ直してください。", "Look for a faulty conversion and enter the text of that element again.") \
	/* SOAP */                                                                                         \
	X(SOAP_SHAPE, "soap_shape", 400, 401, ERROR,                                                       \
	  "SOAPの publish 要求として認識できません。", "This is not a SOAP 1.1 publish request.",          \
	  "Envelope/Body/publish/message の中に EDXLDistribution を一つ入れてください。", "Put exactly one EDXLDistribution into Envelope/Body/publish/message.") \
	/* recognition */                                                                                  \
	X(ROOT_UNKNOWN, "root_unknown", 422, 401, ERROR,                                                   \
	  "ルート要素がどの形式にも当てはまりません。", "The root element belongs to no format that is accepted.", \
	  "EDXLDistribution（urn:oasis:names:tc:emergency:EDXL:DE:1.0）をルートにしてください。", "Use EDXLDistribution in urn:oasis:names:tc:emergency:EDXL:DE:1.0 as the root.") \
	X(ELEMENT_MISSING, "element_missing", 422, 402, ERROR,                                             \
	  "必要な要素がないか、空です。", "A required element is missing or empty.",                       \
	  "示した要素に値を入れてください。", "Give the element that is named a value.")                   \
	X(ELEMENT_REPEATED, "element_repeated", 422, 402, ERROR,                                           \
	  "一つだけ許される要素が複数あります。", "An element that may occur once occurs more than once.", \
	  "一つだけにしてください。", "Keep exactly one.")                                                 \
	X(BODY_MISMATCH, "body_mismatch", 422, 402, ERROR,                                                 \
	  "category と本文の要素が一致しません。", "The category and the body element do not belong together.", \
	  "category に合った本文の要素を入れてください。", "Put in the body element that belongs to the category.") \
	X(VALUE_BAD, "value_bad", 422, 402, ERROR,                                                         \
	  "値の形式が正しくありません。", "The value does not have the right form.",                       \
	  "示した形式に直してください。", "Use the form that is given as expected.")                       \
	X(TIME_BAD, "time_bad", 422, 402, ERROR,                                                           \
	  "日時の形式が正しくありません。", "The time does not have the right form.",                      \
	  "2026-07-01T18:55:00+09:00 の形にしてください。", "Write it like 2026-07-01T18:55:00+09:00.")    \
	X(TOO_LONG, "too_long", 422, 402, ERROR,                                                           \
	  "文字数が上限を超えています。", "The text is longer than the limit.",                            \
	  "短くしてください。", "Shorten it.")                                                             \
	X(TOO_MANY_AREAS, "too_many_areas", 422, 402, ERROR,                                               \
	  "地区の数が上限を超えています。", "The document names more areas than the limit.",               \
	  "地区をまとめるか、文書を分けてください。", "Combine areas or split the document.")              \
	X(REVISION_BAD, "revision_bad", 422, 402, ERROR,                                                   \
	  "版数が正しくありません。", "The document revision is not valid.",                               \
	  "documentRevision は1から始まり、更新のたびに1増える整数です。", "documentRevision is a whole number that starts at 1 and rises by 1 with each update.") \
	X(ISSUE_OR_LIFT_UNKNOWN, "issue_or_lift_unknown", 422, 402, ERROR,                                 \
	  "発令・解除の区分が読み取れません。", "It is not clear whether this is issued or lifted.",       \
	  "IssueOrLift を「発令」または「解除」にしてください。", "Set IssueOrLift to 発令 (issued) or 解除 (lifted).") \
	X(TYPE_UNKNOWN, "distribution_type_unknown", 422, 402, ERROR,                                      \
	  "更新種別が読み取れません。", "The distribution type is not known.",                             \
	  "distributionType を Report・Update・Cancel のどれかにしてください。", "Set distributionType to Report, Update or Cancel.") \
	X(ERRATA_MISSING, "errata_missing", 422, 402, ERROR,                                               \
	  "取消の理由がありません。", "A cancel needs its reason.",                                        \
	  "Control/Errata/Description に取消の理由を書いてください。危険が去った場合は取消ではなく解除です。", "Write the reason into Control/Errata/Description. If the danger has passed, send a lift (解除), not a cancel.") \
	/* mode */                                                                                         \
	X(STATUS_UNKNOWN, "status_unknown", 422, 402, ERROR,                                               \
	  "運用種別が読み取れません。", "The distribution status is not known.",                           \
	  "distributionStatus を Actual・Exercise・Test・System のどれかにしてください。", "Set distributionStatus to Actual, Exercise, Test or System.") \
	X(MODE_MISMATCH, "mode_mismatch", 422, 402, ERROR,                                                 \
	  "運用種別が、文書の中、接続先、または資格情報と一致しません。", "The status disagrees within the document, with this address, or with the credential.", \
	  "封筒とControlの distributionStatus を同じにし、本番は本番用、訓練は訓練用の接続先と資格情報で送ってください。", "Make envelope and Control agree, and send live orders with the live address and credential, drills with those for drills.") \
	/* areas */                                                                                        \
	X(AREA_MISSING, "area_missing", 422, 402, ERROR,                                                   \
	  "対象の市区町村が分かりません。", "The document does not say for which municipality it is.",     \
	  "地区または見出しに jisX0402 の6桁コードを入れてください。", "Give the 6-digit jisX0402 code in the areas or in the headline.") \
	X(AREA_UNKNOWN, "area_unknown", 422, 402, ERROR,                                                   \
	  "この市区町村コードはありません。", "This municipality code does not exist.",                    \
	  "全国地方公共団体コードを確認してください。", "Check the code against the list of local governments.") \
	X(AREA_PREFECTURE, "area_prefecture", 422, 402, ERROR,                                             \
	  "避難情報の対象に都道府県コードは使えません。", "An evacuation order is for a municipality, not for a prefecture.", \
	  "市区町村のコードを入れてください。", "Give the code of the municipality.")                      \
	X(AREA_FOREIGN, "area_foreign", 403, 402, ERROR,                                                   \
	  "この資格情報で発信できる区域の外です。文書全体を受け付けませんでした。", "The area lies outside what this credential may speak for. The whole document was refused.", \
	  "自分の区域だけを含む文書を送るか、管理者に権限を確認してください。", "Send only your own areas, or ask the administrator about your rights.") \
	X(SHELTER_OUTSIDE, "shelter_outside", 200, 0, WARNING,                                             \
	  "発信できる区域の外にある避難所です。避難所の情報だけを伝え、その市区町村あての情報にはしません。", "The shelter stands outside what this credential may speak for. It is told as a shelter; the message is not addressed to its municipality.", \
	  "広域避難の避難所であればこのままで構いません。誤りであれば Location の jisX0402 を直して送り直してください。", "Leave it as it is if people evacuate to another municipality; else mend jisX0402 of its Location and send again.") \
	X(SOURCE_FOREIGN, "source_foreign", 403, 402, ERROR,                                               \
	  "この資格情報の発信システムIDではありません。", "The senderID does not belong to this credential.", \
	  "senderID を登録された値にするか、管理者に登録を依頼してください。", "Use the senderID that is registered for the credential, or ask the administrator to register yours.") \
	X(SUB_CODE_FOREIGN, "sub_code_foreign", 422, 402, ERROR,                                           \
	  "町丁字コードが市区町村コードと一致しません。", "The 12-digit district code lies in another municipality.", \
	  "ooAzaTyouTyouMokuCode の先頭5桁を市区町村コードに合わせてください。", "Make the first five digits of ooAzaTyouTyouMokuCode those of the municipality.") \
	/* rights */                                                                                       \
	X(ROLE_FORBIDDEN, "role_forbidden", 403, 402, ERROR,                                               \
	  "この資格情報の役割では、この接続先に発信できません。", "The role of this credential may not send to this address.", \
	  "示した役割の資格情報を使うか、管理者に権限を確認してください。", "Use a credential of one of the roles given, or ask the administrator about your rights.") \
	X(FORMAT_FORBIDDEN, "format_forbidden", 403, 402, ERROR,                                           \
	  "この資格情報では、この形式の文書を送れません。", "This credential may not send documents of this format.", \
	  "示した形式で送るか、管理者に権限を確認してください。", "Send one of the formats given, or ask the administrator about your rights.") \
	X(KIND_FOREIGN, "kind_foreign", 403, 402, ERROR,                                                   \
	  "この資格情報では、この種別の情報を発信できません。文書全体を受け付けませんでした。", "This credential may not speak in this kind of message. The whole document was refused.", \
	  "示した種別だけを送るか、管理者に権限を確認してください。", "Send only the kinds given, or ask the administrator about your rights.") \
	X(DELEGATION_DATES, "delegation_dates", 403, 402, ERROR,                                           \
	  "代行入力の期間外です。文書全体を受け付けませんでした。", "Entry by proxy for this area is not allowed at this time. The whole document was refused.", \
	  "示した期間内に送るか、管理者に期間の変更を依頼してください。急ぐ場合は当該市区町村に発信を求めてください。", "Send within the dates given, or ask the administrator to change them. If it is urgent, ask the municipality to send.") \
	X(AREA_AROUND, "area_around", 403, 402, ERROR,                                                     \
	  "自分の区域を含む、より広い区域です。対象が広がるため、文書全体を受け付けませんでした。", "The area is wider than your own and contains it. The whole document was refused, because it would reach too many.", \
	  "自分の市区町村または区のコードを入れてください。", "Give the code of your own municipality or ward.") \
	X(AREA_RETIRED, "area_retired", 422, 402, ERROR,                                                   \
	  "この市区町村コードは廃止されています。", "This municipality code is no longer in force.",       \
	  "示した現在のコードに直してください。複数ある場合は、対象の区域のものを選んでください。", "Use the present code that is given; where there are several, the one of the area that is meant.") \
	HS_CAP_FINDING_LIST(X)                                                                             \
	/* warnings: accepted, and the sender is told */                                                   \
	X(CHECK_DIGIT, "check_digit", 200, 0, WARNING,                                                     \
	  "市区町村コードの検査数字が違います。先頭5桁で受け付けました。", "The check digit of the code is wrong. The first five digits were used.", \
	  "検査数字を示した数字に直してください。", "Correct the last digit to the one given.")            \
	X(FORMAT_MARKS, "format_marks", 200, 0, WARNING,                                                   \
	  "見えない制御文字（書字方向の指定など）を取り除きました。", "Invisible characters (direction or format marks, controls) were taken out.", \
	  "入力元の文字列から取り除いてください。", "Remove them where the text comes from.")              \
	X(PRIVATE_USE, "private_use", 200, 0, WARNING,                                                     \
	  "外字または文字化けした文字があります。受け取る側で表示できないことがあります。", "There are characters of private use (gaiji) or lost in a conversion; receivers may not show them.", \
	  "JIS第1〜第4水準の漢字かひらがなに置き換えてください。", "Replace them by characters of JIS X 0213 or by kana.") \
	X(DRILL_DENIED, "drill_denied", 200, 0, WARNING,                                                   \
	  "訓練・試験の文書に、訓練であることを否定する語があります。", "A drill or test contains words that deny that it is one.", \
	  "受け手が本番と誤解しないよう、その語を取り除いて送り直してください。", "Remove the words and send again, so that nobody takes it for the real thing.") \
	X(LEVEL_CLAIM, "level_claim", 200, 0, WARNING,                                                     \
	  "見出しの警戒レベルが、文書のどの避難情報とも一致しません。", "The headline names an alert level that no order of the document has.", \
	  "見出しか避難情報の区分（Sort）を直して送り直してください。", "Correct the headline or the Sort and send again.") \
	X(UNKNOWN_SORT, "unknown_sort", 200, 0, WARNING,                                                   \
	  "避難情報の区分が表にありません。そのまま、最も高い緊急度として扱います。", "The Sort is not in the table. It is passed on as sent and treated at the highest urgency.", \
	  "高齢者等避難・避難指示・緊急安全確保のどれかであれば、直して送り直してください。", "If you mean 高齢者等避難, 避難指示 or 緊急安全確保, correct it and send again.") \
	X(UNKNOWN_CATEGORY, "unknown_category", 200, 0, WARNING,                                           \
	  "情報種別が表にありません。内容は読まずに、見出しと対象地域だけでそのまま伝えます。", "The category is not in the table. Headline and areas are passed on as sent, the content is not read.", \
	  "category のつづりを確認してください。避難情報は EvacuationOrder です。", "Check the spelling of the category; evacuation orders are EvacuationOrder.") \
	X(UNKNOWN_VALUE, "unknown_value", 200, 0, WARNING,                                                 \
	  "この項目の値が表にありません。そのまま伝えます。", "The value of this field is not in the table. It is passed on as sent.", \
	  "書き間違いであれば、直して送り直してください。", "If it is a slip, correct it and send again.") \
	X(OBSOLETE_TERM, "obsolete_term", 200, 0, WARNING,                                                 \
	  "発令時点では廃止されている用語です。", "The term was no longer in use at the time of the order.", \
	  "現在の用語（避難指示など）を使ってください。", "Use the present terms, such as 避難指示.")      \
	X(HEAD_MISMATCH, "head_mismatch", 200, 0, WARNING,                                                 \
	  "封筒とHeadの値が違います。封筒の値を使いました。", "Envelope and Head differ. The envelope's value was used.", \
	  "両方に同じ値を入れてください。", "Put the same value into both.")                               \
	X(AREA_FALLBACK, "area_fallback", 200, 0, WARNING,                                                 \
	  "地区に市区町村コードがないため、示したコードを補いました。", "An area has no code; the code given was used.", \
	  "地区ごとに jisX0402 を入れてください。", "Give jisX0402 for each area.")                        \
	X(SHAPE_DROPPED, "shape_dropped", 200, 0, WARNING,                                             \
	  "座標が日本の範囲にないか読み取れないため、図形だけを省きました。", "The shape could not be read or lies outside Japan; only the shape was left out.", \
	  "「緯度,経度」の順で書いてください。", "Write latitude,longitude.")                              \
	X(SHAPE_OPEN, "shape_open", 200, 0, WARNING,                                                       \
	  "多角形が閉じていないため、図形だけを省きました。地区は有効です。", "The polygon is not closed; only the shape was left out, the area counts.", \
	  "4点以上を「緯度,経度」の順で書き、最後に最初の点をもう一度書いてください。", "Write at least four points and repeat the first one at the end.") \
	X(SHAPE_CROSSES, "shape_crosses", 200, 0, WARNING,                                                 \
	  "多角形の辺が交差しているため、図形だけを省きました。地区は有効です。", "The sides of the polygon cross; only the shape was left out, the area counts.", \
	  "示した場所の近くの点の順序を確認してください。", "Check the order of the points near the place given.") \
	X(SHAPE_LONG, "shape_too_long", 200, 0, WARNING,                                                   \
	  "多角形の点が多すぎるため、図形だけを省きました。地区は有効です。", "The polygons have too many points; only the shape was left out, the area counts.", \
	  "点を減らしてください。", "Use fewer points.")                                                   \
	X(COUNT_BAD, "count_bad", 200, 0, WARNING,                                                         \
	  "世帯数または人数が読み取れないため、不明として扱いました。", "A number of households or people could not be read and counts as unknown.", \
	  "半角数字だけで書いてください。", "Write digits only.")                                          \
	X(OFFSET_ASSUMED, "offset_assumed", 200, 0, WARNING,                                               \
	  "日時に時差がないため、+09:00 とみなしました。", "A time has no offset; +09:00 was assumed.",    \
	  "日時の末尾に +09:00 を付けてください。", "Add +09:00 to times.")                                \
	X(TIME_IGNORED, "time_ignored", 200, 0, WARNING,                                                   \
	  "日時が読み取れないため、この項目だけを省きました。", "A time could not be read; only this field was left out.", \
	  "2026-07-01T18:55:00+09:00 の形にしてください。", "Write it like 2026-07-01T18:55:00+09:00.")    \
	X(ORDERED_ASSUMED, "ordered_assumed", 200, 0, WARNING,                                             \
	  "地区に発令日時がないため、公式発表日時を使いました。", "An area has no order time; the report time was used.", \
	  "地区ごとに DateTime を入れてください。", "Give DateTime for each area.")                        \
	X(AREA_WIDE, "area_wide", 200, 0, WARNING,                                                         \
	  "配信対象に都道府県コードがあります。本文の市区町村だけを対象にしました。", "targetArea names a prefecture; only the municipalities of the body were used.", \
	  "targetArea には市区町村コードを入れてください。", "Give the municipality in targetArea.")       \
	X(LATE_ENTRY, "late_entry", 200, 0, WARNING,                                                       \
	  "発令から入力までに時間がかかっています。", "The order was entered late.",                       \
	  "発令したらすぐに送ってください。", "Send orders as soon as they are given.")                    \
	X(OLD_ORDER, "old_order", 200, 0, WARNING,                                                         \
	  "発令日時がかなり前です。古い情報の再送でないか確認してください。", "The order time is long past. Check that this is not old data sent again.", \
	  "古い情報であれば、取消を送ってください。", "If it is old data, send a cancel.")                 \
	X(FUTURE_TIME, "future_time", 200, 0, WARNING,                                                     \
	  "日時が未来です。", "A time lies in the future.",                                                \
	  "日時と送信側の時計を確認してください。", "Check the time and the clock of the sending system.") \
	X(EXPIRED, "expired", 200, 0, WARNING,                                                             \
	  "希望公開終了日時を過ぎています。", "ValidDateTime has already passed.",                         \
	  "ValidDateTime を確認してください。", "Check ValidDateTime.")                                    \
	X(PROXY_ENTRY, "proxy_entry", 200, 0, WARNING,                                                     \
	  "発表組織と作成組織または資格情報の組織が違います（代行入力）。", "The publishing office is not the editing office or the credential's organisation (proxy entry).", \
	  "代行入力でなければ、組織コードを確認してください。", "If this is no proxy entry, check the organisation codes.") \
	X(DRILL_WORDS, "drill_words_in_actual", 200, 0, WARNING,                                           \
	  "本番の文書に訓練・試験を思わせる語があります。", "A live document contains words of a drill or test.", \
	  "訓練であれば、直ちに取消を送り、訓練用の接続先を使ってください。", "If it is a drill, send a cancel at once and use the address for drills.") \
	X(PREVIOUS_REVISION, "previous_revision", 200, 0, WARNING,                                         \
	  "前の版数が、版数より1小さい数になっていません。", "previousDocumentRevision is not the revision minus one.", \
	  "previousDocumentRevision を確認してください。", "Check previousDocumentRevision.")              \
	X(SILENT_NO_CORRECTION, "silent_no_correction", 422, 402, ERROR,                                   \
	  "silent=1 は、訂正理由（Errata）のある訂正だけに使えます。", "silent=1 is for corrections with a reason (Errata) only.", \
	  "訂正理由を付けるか、silent を付けずに送ってください。", "Give the reason of the correction, or send it without silent.") \
	/* likelihood: compared with the register of districts */                                         \
	X(AREA_UNUSUAL, "area_unusual", 200, 0, WARNING,                                                   \
	  "登録されていない地区です。地区名を確認してください。", "This district is not in the register. Check its name.", \
	  "間違いであれば、訂正か取消を送ってください。正しければ、登録を管理者に依頼してください。", "If it is wrong, send a correction or a cancel. If it is right, ask the administrator to register it.") \
	X(AREAS_ALL, "areas_all", 200, 0, WARNING,                                                         \
	  "ほとんどすべての地区が対象です。", "Nearly all districts are addressed at once.",               \
	  "一部の地区だけのつもりであれば、直ちに訂正か取消を送ってください。", "If only some districts were meant, send a correction or a cancel at once.") \
	X(HOUSEHOLDS_FAR, "households_far", 200, 0, WARNING,                                               \
	  "対象世帯数・人数が登録された数と大きく違います。", "The number of households or people is far from the register.", \
	  "対象地区と世帯数・人数を確認してください。", "Check the districts and the numbers.")            \
	X(AREA_OTHER_RIVER, "area_other_river", 200, 0, WARNING,                                           \
	  "災害名の河川の浸水想定にない地区です。", "The river that the disaster names does not reach this district.", \
	  "間違いであれば、訂正か取消を送ってください。", "If it is wrong, send a correction or a cancel.") \
	X(HELD, "held", 200, 0, WARNING,                                                                   \
	  "指摘があったため、設定された時間だけ待ってから配信しました。", "It had a warning, so it waited for the configured time before it went out.", \
	  "内容が正しければ、次からは確認済み（?confirm=1）で送ると待たずに配信します。", "When the content is right, send such a document with ?confirm=1: it does not wait then.") \
	X(WITHDRAWN, "withdrawn", 200, 0, WARNING,                                                         \
	  "待機中だった同じ文書の版は、配信せずに取り下げました。", "What waited of this document was withdrawn; it did not go out.", \
	  "正しい内容で発信するときは、次の版数か新しい文書番号で送ってください。", "To send the right content, use the next revision or a new document.") \
	X(BEFORE_STANDS, "before_stands", 200, 0, WARNING,                                                 \
	  "この取消は、待機中だった版だけを取り下げました。その前に配信した版があれば、有効なままです。", "This cancel withdrew only what waited. An earlier revision that went out, if any, is still in force.", \
	  "前の版も取り消すときは、同じ取消をもう一度送ってください。", "To cancel the earlier one too, send the same cancel once more.") \
	X(CHECK_BROKEN, "check_broken", 200, 0, WARNING,                                                   \
	  "妥当性の検査ができませんでした。文書はそのまま受け付けました。", "A check of likelihood failed itself. The document goes on unchecked.", \
	  "内容をもう一度目で確認し、管理者に知らせてください。", "Look at the content once more and tell the administrator.") \
	/* JMA disaster XML: errors, then warnings */                                                       \
	X(BODY_UNKNOWN, "body_unknown", 422, 402, ERROR,                                                   \
	  "Bodyの名前空間が気象庁防災情報XMLのものではありません。", "The namespace of Body is none of JMA's disaster XML.", \
	  "電文の形式を確認してください。", "Check the format of the telegram.")                            \
	X(TEST_MARK, "test_mark", 200, 0, WARNING,                                                         \
	  "通常の電文に試験の文言があるため、試験として扱います。", "A telegram of status 通常 says that it is a test; it is taken for one.", \
	  "試験電文は訓練用の接続先へ送ってください。", "Send test telegrams to the address for drills.")   \
	X(AREA_UNMAPPED, "area_unmapped", 200, 0, WARNING,                                                 \
	  "地域コードが対応表にないため、都道府県または全国を対象にしました。", "An area code is not in the tables; the prefecture or the whole country is addressed.", \
	  "地域コード表の更新を管理者に依頼してください。", "Ask the administrator to bring the area tables up to date.") \
	X(UNKNOWN_CODE, "unknown_code", 200, 0, WARNING,                                                   \
	  "種別コードが表にありません。そのまま、最も高い緊急度として扱います。", "The code of a kind is not in the tables. It is passed on as sent and treated at the highest urgency.", \
	  "コード表の更新を管理者に依頼してください。", "Ask the administrator to bring the code tables up to date.") \
	X(UNKNOWN_TELEGRAM, "unknown_telegram", 200, 0, WARNING,                                           \
	  "この標題の電文は表にありません。見出しと地域だけを使うか、情報種別で判断しました。", "No telegram of this title is in the tables; it was recognised by its InfoKind or by its body alone.", \
	  "電文種別の表の更新を管理者に依頼してください。", "Ask the administrator to bring the table of telegrams up to date.") \
	X(DETAIL_LEFT_OUT, "detail_left_out", 200, 0, WARNING,                                             \
	  "電文が大きいため、詳細を通知から省きました。原文にはすべてあります。", "The telegram is large; its detail was left out of the notice. The original has all of it.", \
	  "原文を確認してください。", "See the original.")                                                  \
	X(JMA_PART, "part_missing", 200, 0, WARNING,                                                       \
	  "電文の一部がないか読み取れないため、その項目だけを省きました。", "A part of the telegram is missing or not readable; only this part was left out.", \
	  "原文を確認してください。", "See the original.")                                                  \
	X(MORE, "more", 200, 0, WARNING,                                                                   \
	  "このほかにも指摘があります。", "There are more findings than are listed.",                      \
	  "示した指摘を直してから、もう一度検査してください。", "Mend those listed, then check again.")

/* clang-format on */

#endif
