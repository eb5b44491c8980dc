/* words.js: the page's own words. Reviewed; everything else comes from the adapter's tables or, as names
 * of places, from the sender. */

export const WORDS = {
	states: {
		normal: '平常',
		caution: '注意',
		emergency: '緊急',
		drill: '訓練',
		lost: '情報途絶',
	},
	calm: {
		ja: '発表中の避難情報はありません',
		'ja-easy': 'いま 避難の お知らせは ありません',
		en: 'No evacuation information is in force',
	},
	lost: {
		ja: ['情報を受信できません。表示は最新ではありません。', 'テレビ・ラジオなどで確認してください。'],
		'ja-easy': 'いま 新しい お知らせが とどいて いません。テレビや ラジオで 聞いて ください。',
		en: 'Connection lost. This information may be out of date. Check television or radio.',
	},
	separator: ['警戒レベル4までに', '必ず避難！'],
	heard: '最後の受信',
	ages: [
		{ ms: 86400000, ja: '日前' },
		{ ms: 3600000, ja: '時間前' },
		{ ms: 60000, ja: '分前' },
		{ ms: 1000, ja: '秒前' },
	],
	unknown: '種別を確認中',
	level: '警戒レベル',
	ordered: '発令',
	until: 'まで有効',
	shelters: { ja: '近くの避難所', en: 'Shelters nearby' },
	open: { ja: '開設', en: 'open' },
	notSaidOpen: { ja: '開設は未確認', en: 'not confirmed open' },
	straight: '直線',
	compass: ['北', '北東', '東', '南東', '南', '南西', '西', '北西'],
	compassEn: ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'],
	here: { ja: '現在地', en: 'You are here' },
	more: { ja: 'くわしい情報', en: 'More information' },
	credit: '「国土数値情報（行政区域データ）」（国土交通省）を加工して作成',
};
