/* side.js: what stands beside an order: the way to the shelters, a map of the area, a code with the address of more. */
import { h, geoMercator, geoPath, feature, qrcode } from './lib.js';
import { Pictogram } from './pictograms.js';
import { WORDS } from './words.js';

/* ---- shelters ---- */

export function distanceText(metres) {
	return metres < 1000 ? `${metres} m` : `${(metres / 1000).toFixed(1)} km`;
}

function compassOf(bearing) {
	const index = Math.round(bearing / 45) % 8;
	return `${WORDS.compass[index]} ${WORDS.compassEn[index]}`;
}

/* The arrow points from the reader's own view when it is known where he looks; else it is a compass needle and says so. */
function Way({ way }) {
	const turned = way.arrow === undefined ? way.bearing : way.arrow;
	const open = way.open ? WORDS.open : WORDS.notSaidOpen;
	return h('div', { class: `way ${way.open ? 'open' : 'unsaid'}` },
		h('div', { class: 'arrow' }, h(Pictogram, { name: 'north', turned })),
		h('div', { class: 'way-words' },
			h('div', { class: 'way-name' }, way.name),
			h('div', { class: 'way-far' }, `${WORDS.straight} ${distanceText(way.distance_m)} ${compassOf(way.bearing)}`),
			h('div', { class: 'way-open' }, `${open.ja} ${open.en}`, way.told_at ? ` ${way.told_at.slice(11, 16)}` : '',
				way.status ? ` ${way.status}` : '')));
}

export function Ways({ shelters }) {
	return h('div', { id: 'ways', class: 'panel' },
		h('div', { class: 'panel-head' }, h(Pictogram, { name: 'shelter' }), h('span', null, WORDS.shelters.ja),
			h('small', { lang: 'en' }, WORDS.shelters.en)),
		shelters.map((way) => h(Way, { way })));
}

/* ---- map ---- */

const MAPS = ['/sign/assets/japan.topo.json', '/sign/assets/synthetic.json'];
let shapes = null; // [{id, geometry}] of all municipalities and wards, once they are here

/* Resolves to true when there is something new to draw. A map that does not come is left out: the order stands without it. */
export async function loadMap() {
	if (shapes) return false;
	try {
		const [japan, synthetic] = await Promise.all(MAPS.map(async (url) => (await fetch(url)).json()));
		shapes = [...feature(japan, japan.objects.municipalities).features, ...feature(japan, japan.objects.wards).features,
			...synthetic.features];
		return true;
	} catch (error) {
		console.warn('no map:', error.name);
		return false;
	}
}

const within = (id, code) => (code.length === 2 ? id.startsWith(code) : id.slice(0, 5) === code.slice(0, 5));

/* What the map shows: its own areas in the middle, their prefecture around them. */
export function mapParts(areas) {
	if (!shapes) return null;
	const own = shapes.filter(({ id }) => areas.some((code) => within(id, code)));
	const around = shapes.filter(({ id }) => areas.some((code) => id.startsWith(code.slice(0, 2))));
	return own.length > 0 ? { own, around } : null;
}

const SIDE = 400;
const SPARE = 60;

export function AreaMap({ message, items }) {
	const parts = mapParts(message.look.areas);
	if (!parts) return null;
	const fitted = { type: 'FeatureCollection', features: parts.own };
	const projection = geoMercator().fitExtent([[SPARE, SPARE], [SIDE - SPARE, SIDE - SPARE]], fitted);
	const path = geoPath(projection);
	const inForce = (id) => items.find((item) => within(id, item.code) || within(item.code, id));
	const shape = ({ id, geometry }) => {
		const item = inForce(id);
		const classes = ['area', item && 'in-force', item && item.level === 5 && 'level-5'].filter(Boolean).join(' ');
		const fill = item && item.colour && message.mode === 'live' ? item.colour.background : undefined;
		return h('path', { class: classes, d: path(geometry), style: fill ? { fill } : undefined });
	};
	const [latitude, longitude] = message.look.position.split(',').map(Number);
	const here = message.look.position ? projection([longitude, latitude]) : null;
	return h('div', { id: 'map', class: 'panel' },
		h('svg', { viewBox: `0 0 ${SIDE} ${SIDE}`, class: 'map' },
			h('defs', null, h('pattern', { id: 'hatch', width: 12, height: 12, patternUnits: 'userSpaceOnUse',
				patternTransform: 'rotate(45)' }, h('rect', { width: 6, height: 12, class: 'hatch' }))),
			parts.around.map(shape),
			here && h('circle', { class: 'here', cx: here[0], cy: here[1], r: 9 })),
		here && h('div', { class: 'map-here' }, `● ${WORDS.here.ja} ${WORDS.here.en}`),
		h('div', { class: 'credit' }, WORDS.credit));
}

/* ---- code ---- */

const QUIET = 4; // modules around it (ISO/IEC 18004)

export function codeOf(url) {
	const code = qrcode(0, 'M');
	code.addData(url);
	code.make();
	const count = code.getModuleCount();
	let d = '';
	for (let row = 0; row < count; row += 1)
		for (let column = 0; column < count; column += 1)
			if (code.isDark(row, column)) d += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
	return { side: count + 2 * QUIET, d };
}

export function Code({ url }) {
	const { side, d } = codeOf(url);
	return h('div', { id: 'code', class: 'panel' },
		h('svg', { viewBox: `0 0 ${side} ${side}`, class: 'code', 'shape-rendering': 'crispEdges', role: 'img', 'aria-label': url },
			h('rect', { width: side, height: side, fill: '#ffffff' }), h('path', { d, fill: '#000000' })),
		h('div', { class: 'panel-head' }, h('span', null, WORDS.more.ja), h('small', { lang: 'en' }, WORDS.more.en)));
}
