/* finding_list_cap.h: the part of finding_list.h that CAP alerts need. Columns as there.
 * Source: CAP 1.2 (OASIS, 2010); rule numbers are those of the table in cap_rules.c. */
#ifndef HS_GATE_FINDING_LIST_CAP_H
#define HS_GATE_FINDING_LIST_CAP_H

/* clang-format off */
#define HS_CAP_FINDING_LIST(X)                                                                         \
	/* CAP: structure */                                                                               \
	X(CAP_VERSION, "cap_version", 422, 401, ERROR,                                                     \
	  "CAP 1.1 はこの受付では受け付けていません。", "CAP 1.1 is not accepted by this gate.",           \
	  "CAP 1.2 で送るか、管理者に受付設定（cap_1_1）を依頼してください。", "Send CAP 1.2, or ask the administrator to accept 1.1 (cap_1_1).") \
	X(CAP_ORDER, "cap_element_order", 422, 402, ERROR,                                                 \
	  "要素の順序が CAP の規定と違います。", "The element stands at a place where CAP does not allow it.", \
	  "ここには示した要素のどれかが来ます。", "One of the elements given is expected here.")           \
	X(CAP_ELEMENT, "cap_element_unknown", 422, 402, ERROR,                                             \
	  "CAP にない要素です。", "This element is not part of CAP.",                                      \
	  "取り除くか、parameter に入れてください。ここには示した要素のどれかが来ます。", "Remove it, or put it into a parameter. One of the elements given is expected here.") \
	X(CAP_WORD, "cap_value_unknown", 422, 402, ERROR,                                                  \
	  "CAP で決められた語ではありません。", "This is not one of the words that CAP allows here.",      \
	  "示した語のどれかにしてください（大文字と小文字も区別します）。", "Use one of the words given; capitals count.") \
	/* CAP: rules */                                                                                   \
	X(CAP_IDENTITY, "cap_identity", 422, 402, ERROR,                                                   \
	  "identifier と sender に空白・コンマ・<・& は使えません。", "identifier and sender may not contain blanks, commas, < or &.", \
	  "その文字を取り除いてください。", "Remove these characters.")                                    \
	X(CAP_TIME, "cap_time", 422, 402, ERROR,                                                           \
	  "日時の形式が CAP の規定と違います。", "The time does not have the form of CAP.",                \
	  "2026-07-01T18:55:00+09:00 の形（Z・小数秒は不可、UTCは -00:00）にしてください。", "Write it like 2026-07-01T18:55:00+09:00; no Z (UTC is -00:00), no fraction of a second.") \
	X(CAP_POLYGON, "cap_polygon", 422, 402, ERROR,                                                     \
	  "多角形が正しくありません。", "The polygon is not valid.",                                       \
	  "「緯度,経度」を空白で区切って4点以上書き、最後を最初と同じ点にしてください。", "Write at least 4 \"lat,lon\" pairs separated by blanks, the last equal to the first.") \
	X(CAP_CIRCLE, "cap_circle", 422, 402, ERROR,                                                       \
	  "円が正しくありません。", "The circle is not valid.",                                            \
	  "「緯度,経度 半径km」の形にしてください。", "Write \"lat,lon radius\", the radius in kilometres.") \
	X(CAP_CIRCLE_ZERO, "cap_circle_zero", 200, 0, WARNING,                                             \
	  "円の半径が0です。", "The circle has no radius.",                                                \
	  "影響する範囲を半径で示してください。", "Give the area that is affected as radius.")             \
	X(CAP_POLYGON_CROSSES, "cap_polygon_crosses", 422, 402, ERROR,                                     \
	  "多角形の辺が交差しています。", "The sides of the polygon cross.",                               \
	  "示した場所の近くの点の順序を確認してください。", "Check the order of the points near the place given.") \
	X(CAP_POLYGON_LONG, "cap_polygon_unchecked", 200, 0, WARNING,                                      \
	  "多角形の点が多いため、辺の交差は検査しませんでした。", "The polygon has too many points; its sides were not checked for crossings.", \
	  "点を減らしてください。", "Use fewer points.")                                                   \
	X(CAP_RANGE, "cap_coordinates", 422, 402, ERROR,                                                   \
	  "座標が範囲の外です。", "A coordinate lies out of range.",                                       \
	  "緯度（-90〜90）、経度（-180〜180）の順で書いてください。", "Write latitude (-90 to 90) first, then longitude (-180 to 180).") \
	X(CAP_SCOPE, "cap_scope", 422, 402, ERROR,                                                         \
	  "scope と restriction・addresses が合いません。", "scope does not go with restriction or addresses.", \
	  "restriction は Restricted のときだけ、addresses は Private のとき必須です。", "restriction goes with Restricted only; Private needs addresses.") \
	X(CAP_SCOPE_LIMITED, "cap_scope_limited", 422, 402, ERROR,                                         \
	  "公開（Public）ではない電文です。このハブは誰にでも配信するため、受け付けません。", "The alert is not public; this hub tells everybody, so it does not take it.", \
	  "限られた相手への電文は、別の手段で送ってください。公開してよい内容であれば scope を Public にしてください。", "Send what is for few by another way. If everybody may know it, make scope Public.") \
	X(CAP_REFERENCES, "cap_references", 422, 402, ERROR,                                               \
	  "references の形式が正しくありません。", "references does not have the right form.",             \
	  "「sender,identifier,sent」を空白で区切ってください。", "Write \"sender,identifier,sent\" triples separated by blanks.") \
	X(CAP_REFERENCE_SELF, "cap_reference_self", 422, 402, ERROR,                                       \
	  "自分自身を references で参照しています。", "The alert refers to itself.",                       \
	  "前の電文だけを参照してください。", "Refer to earlier messages only.")                           \
	X(CAP_REFERENCE_LATER, "cap_reference_later", 200, 0, WARNING,                                     \
	  "参照先の sent が、この電文の sent より後です。", "A message that is referred to was sent later than this one.", \
	  "日時を確認してください。", "Check the times.")                                                  \
	X(CAP_REFERENCES_MISSING, "cap_references_missing", 200, 0, WARNING,                               \
	  "更新なのに references がないため、どの電文も置き換えません。", "This update has no references, so it replaces nothing.", \
	  "有効な関連電文をすべて references に書いてください。", "Name all related messages in force in references.") \
	X(CAP_CANCEL_NAMELESS, "cap_cancel_nameless", 422, 402, ERROR,                                     \
	  "取消が、どの電文の取消かを示していません。", "A cancel must name what it ends.",                \
	  "取り消す電文を references に書いてください。", "Name the messages to end in references.")       \
	X(CAP_REFERENCES_EMPTY, "cap_references_empty", 200, 0, WARNING,                                   \
	  "references が空です。", "references is empty.",                                                 \
	  "参照がなければ要素ごと省いてください。", "Leave the element out when there is nothing to refer to.") \
	X(CAP_ALTITUDE, "cap_altitude", 422, 402, ERROR,                                                   \
	  "altitude・ceiling が正しくありません。", "altitude or ceiling is not valid.",                   \
	  "0以上のフィートで、ceiling には altitude も書き、altitude 以上にしてください。", "Use feet ≥ 0; ceiling needs altitude and may not be below it.") \
	X(CAP_LANGUAGE, "cap_language", 422, 402, ERROR,                                                   \
	  "language の形式が正しくありません。", "language is not a language tag.",                        \
	  "ja・en-US のように書いてください（RFC 3066）。", "Write it like ja or en-US (RFC 3066).")       \
	X(CAP_LANGUAGE_WRONG, "cap_language_wrong", 200, 0, WARNING,                                       \
	  "日本語の文に language がないか、英語とされています。", "Japanese text without language counts as en-US.", \
	  "info に <language>ja</language> を入れてください。", "Put <language>ja</language> into the info.") \
	X(CAP_WEB, "cap_web", 422, 402, ERROR,                                                             \
	  "web が絶対URIではありません。", "web is not an absolute URI.",                                  \
	  "https:// から書いてください。", "Write it from https:// on.")                                   \
	X(CAP_RESOURCE, "cap_resource", 422, 402, ERROR,                                                   \
	  "resource が正しくありません。", "The resource is not valid.",                                   \
	  "mimeType は image/png のように書き、相対URIには derefUri（base64）を付けてください。", "Write mimeType like image/png; a relative uri needs derefUri, which is base64.") \
	X(CAP_RESOURCE_DIGEST, "cap_resource_digest", 422, 402, ERROR,                                     \
	  "size・digest が中身と一致しません。", "size or digest does not match the content.",             \
	  "バイト数とSHA-1を計算し直してください。", "Compute bytes and SHA-1 again.")                     \
	X(CAP_NO_EXPIRES, "cap_expires_missing", 200, 0, RECOMMENDATION,                                   \
	  "expires がないため、いつまで有効か分かりません。", "Without expires nobody knows how long the alert holds.", \
	  "expires を入れてください。", "Give expires.")                                                   \
	X(CAP_TIME_ORDER, "cap_time_order", 422, 402, ERROR,                                               \
	  "日時の前後が合いません。", "The times contradict each other.",                                  \
	  "expires は sent・effective・onset より後にしてください。", "expires must lie after sent, effective and onset.") \
	X(CAP_MARKUP, "cap_markup", 200, 0, WARNING,                                                       \
	  "文にHTMLのタグや文字参照があります。", "A text contains HTML tags or entities.",                \
	  "タグを取り除き、普通の文字で書いてください。", "Remove the tags and write plain characters.")   \
	X(CAP_SAME_TEXT, "cap_same_text", 200, 0, WARNING,                                                 \
	  "違う言語の info に同じ文があります。", "Infos of different languages have the same text.",      \
	  "それぞれの言語で書いてください。", "Write each in its own language.")                           \
	X(CAP_CERTAINTY, "cap_certainty", 200, 0, WARNING,                                                 \
	  "「Very Likely」は CAP 1.0 の語です。Likely として扱いました。", "\"Very Likely\" is of CAP 1.0; it was taken for Likely.", \
	  "Likely にしてください。", "Use Likely.")                                                        \
	X(CAP_PASSWORD, "cap_password", 422, 402, ERROR,                                                   \
	  "password は廃止された要素です。", "password was dropped from CAP.",                             \
	  "取り除いてください。", "Remove it.")                                                            \
	X(CAP_EXERCISE_NOTE, "cap_exercise_note", 200, 0, RECOMMENDATION,                                  \
	  "訓練の名前が note にありません。", "note does not say which exercise this is.",                 \
	  "訓練の名前を note に入れてください。", "Name the exercise in note.")                            \
	X(CAP_DRAFT, "cap_draft", 422, 402, ERROR,                                                         \
	  "status が Draft の電文は発信できません。", "A draft is never acted upon.",                      \
	  "検査だけなら検査用の窓口に送り、発信するときは Actual か Exercise にしてください。", "To check it use the validate address; to send it make it Actual or Exercise.") \
	X(CAP_ACK, "cap_not_an_alert", 422, 402, ERROR,                                                    \
	  "Ack と Error は人に伝える情報ではないため、受け付けません。", "Ack and Error tell people nothing and are not taken.", \
	  "Alert・Update・Cancel を送ってください。", "Send Alert, Update or Cancel.")                     \
	X(CAP_ACK_REFERENCES, "cap_ack_references", 422, 402, ERROR,                                       \
	  "Ack と Error には references が必要です。", "Ack and Error need references.",                   \
	  "対象の電文を references に書いてください。", "Name the message in references.")                 \
	X(CAP_ERROR_NOTE, "cap_error_note", 200, 0, RECOMMENDATION,                                        \
	  "Error の説明が note にありません。", "note does not explain the Error.",                        \
	  "理由を note に書いてください。", "Write the reason into note.")                                 \
	X(CAP_INFO_MISSING, "cap_info_missing", 200, 0, WARNING,                                           \
	  "info がないため、人に伝える文がありません。", "Without info there is nothing to tell people.",  \
	  "info を入れてください。", "Give an info.")                                                      \
	X(CAP_GEOCODE, "cap_geocode_unknown", 200, 0, WARNING,                                             \
	  "この市区町村コードはありません。地名だけを使いました。", "This municipality code does not exist; only the name was used.", \
	  "全国地方公共団体コードを確認してください。", "Check the code against the list of local governments.") \
	X(CAP_LEVEL, "cap_level", 200, 0, WARNING,                                                         \
	  "警戒レベルが1〜5ではないため、レベルなしとして扱いました。", "The alert level is not 1 to 5 and counts as none.", \
	  "parameter alert_level に 1〜5 を入れてください。", "Give alert_level 1 to 5.")                  \
	X(ROLE_RELAYER, "role_relayer_needed", 403, 402, ERROR,                                            \
	  "この資格情報では、他の機関が発表した電文を中継できません。", "This credential may not relay what others said.", \
	  "sender を登録された値にするか、管理者に中継の権限を依頼してください。", "Use the sender that is registered for it, or ask the administrator for the role relayer.") \
	/* CAP: profiles; the rule that is meant stands in the text */                                     \
	X(CAP_PROFILE_ERROR, "cap_profile_error", 422, 402, ERROR,                                         \
	  "プロファイルの規定に合いません。", "The alert does not keep a rule of its profile.",            \
	  "示したとおりに直すか、code からプロファイルを外してください。", "Mend it as said, or take the profile out of code.") \
	X(CAP_PROFILE_WARNING, "cap_profile_warning", 200, 0, WARNING,                                     \
	  "プロファイルの規定に合いません。", "The alert does not keep a rule of its profile.",            \
	  "示したとおりに直してください。", "Mend it as said.")                                            \
	X(CAP_PROFILE_ADVICE, "cap_profile_advice", 200, 0, RECOMMENDATION,                                \
	  "プロファイルが勧めています。", "The profile recommends this.",                                  \
	  "示したとおりにするとより良く伝わります。", "Better do as said.")
/* clang-format on */

#endif
