/* status.js: asks for the list of screens every five seconds. */
'use strict';

const STATES = { normal: '平常', caution: '注意', emergency: '緊急', drill: '訓練', lost: '情報途絶' };

function cell(row, text) {
	const made = document.createElement('td');
	made.append(text);
	row.append(made);
}

function rowOf(screen) {
	const row = document.createElement('tr');
	const link = document.createElement('a');
	link.href = '/sign/' + encodeURIComponent(screen.id);
	link.textContent = screen.name ? `${screen.name} (${screen.id})` : screen.id;
	const missing = screen.players < Math.max(1, screen.players_expected);
	row.className = missing || !screen.shown || screen.state === 'lost' || screen.failure ? 'bad' : '';
	cell(row, link);
	cell(row, `${STATES[screen.state]} ${screen.state}`);
	cell(row, screen.mode);
	cell(row, screen.players_expected ? `${screen.players} / ${screen.players_expected}` : String(screen.players));
	cell(row, `${screen.version.slice(0, 8)} seq ${screen.seq}`);
	cell(row, screen.displayed_at ? screen.displayed_at.slice(0, 19).replace('T', ' ') + (screen.whole ? ' 全頁 all turns' : '') : '未確認 never');
	cell(row, screen.age_ms === null ? '–' : `${Math.round(screen.age_ms / 1000)} s`);
	cell(row, String(screen.waiting));
	cell(row, screen.failure || (screen.failures ? `${screen.failures}×` : ''));
	return row;
}

async function load() {
	const line = document.getElementById('as-of');
	try {
		const answer = await fetch('/sign/status.json', { headers: { Accept: 'application/json' } });
		const status = await answer.json();
		document.getElementById('rows').replaceChildren(...status.screens.map(rowOf));
		line.textContent = status.time.slice(0, 19).replace('T', ' ') + ' 現在';
	} catch (error) {
		line.textContent = '状況を取得できません / status not available';
	}
}

load();
setInterval(load, 5000);
