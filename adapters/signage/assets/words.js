/* words.js: the page's own words. Reviewed; everything else comes from the adapter's tables or, as names
 * of places, from the sender. */
'use strict';

const WORDS = {
	states: {
		normal: '平常',
		caution: '注意',
		emergency: '緊急',
		drill: '訓練',
		lost: '情報途絶',
	},
	calm: {
		'ja-easy': 'いま 避難の お知らせは ありません',
		en: 'No evacuation information is in force',
	},
	lost: {
		'ja-easy': 'いま 新しい お知らせが とどいて いません。テレビや ラジオで 聞いて ください。',
		en: 'Connection lost. This information may be out of date. Check television or radio.',
	},
	drill: {
		ja: 'これは訓練です',
		'ja-easy': 'これは れんしゅうです。本当では ありません',
		en: 'This is a drill',
	},
	drillMark: '訓練',
	separator: ['警戒レベル4までに', '必ず避難！'],
	heard: '最後の受信',
	ages: [
		{ ms: 86400000, ja: '日前' },
		{ ms: 3600000, ja: '時間前' },
		{ ms: 60000, ja: '分前' },
		{ ms: 1000, ja: '秒前' },
	],
	expired: '掲載の期限を過ぎています',
	unknown: '種別を確認中',
	cancel: {
		returned: { ja: '取消により再び発令中', en: 'In force again' },
		ended: { ja: '誤りのため取消', en: 'Was wrong: cancelled' },
	},
};
