/* pictograms.js: signs of hazards and of what to do, our own drawings on a field of 64 × 64. They accompany words and never
 * stand for them: nobody has tested them on people. */
import { h } from './lib.js';

const WAVES = 'M2 46q7-7 14 0t14 0 14 0 14 0v8q-7 7-14 0t-14 0-14 0-14 0z';
const HOUSE = 'M32 8 8 28h6v18h12V34h12v12h12V28h6z';

const SHAPES = {
	flood: [HOUSE, WAVES],
	storm_surge: ['M4 14q10-10 20 0t20 0 16-4v6q-6 5-16 4t-20 0T4 20z', 'M2 56V40q10-16 26-14-8 4-6 12 12-2 18 6t22 8v4z'],
	tsunami: ['M2 56q2-40 34-42 18 0 20 14-8-8-16-4-8 6-2 14 8 8 24 8v10z'],
	landslide: ['M2 56 26 10h10L24 34l8 6 30 16z', 'M40 20h10v10H40zM50 34h9v9h-9z'],
	earthquake: [HOUSE, 'M2 52h10l4-6 6 12 6-12 6 12 6-12 6 12 4-6h12v4H52l-6 8-6-12-6 12-6-12-6 12-6-10-2 2H2z'],
	volcano: ['M2 58 24 28h16l22 30z', 'M28 24q-8-4-2-10 4-12 14-6 10 0 6 8-2 6-6 4v4z'],
	fire: ['M32 4q4 12 12 18 8 10 2 24-4 12-14 14-12-2-16-12-4-12 6-20 0 6 4 8 6-14 6-32z'],
	leave: ['M22 6a6 6 0 1 0 .1 0zM16 20l10-2 10 8 8 2-1 5-11-3-4-3-3 9 9 8v16h-6V46l-10-7-5 12-13 6-2-5 11-5 4-14-4 4v10h-5V32z',
		'M46 34h16v24H46z'],
	stay: ['M32 4 4 28h7v28h42V28h7zM32 26a5 5 0 1 1-.1 0zM24 40h16v14H24z'],
	shelter: ['M32 6 4 30h7v28h42V30h7zM26 34h12v24H26z'],
	north: ['M32 4 46 56 32 46 18 56z'],
};

/* Which sign goes with what is asked at a level. */
export const ASKS = { 3: 'leave', 4: 'leave', 5: 'stay' };

/* Nothing for a name without a drawing. */
export function Pictogram({ name, turned }) {
	if (!SHAPES[name]) return null;
	const props = { class: `pictogram ${name}`, viewBox: '0 0 64 64', 'aria-hidden': 'true' };
	const shapes = SHAPES[name].map((d) => h('path', { d, 'fill-rule': 'evenodd' }));
	return h('svg', props, h('g', { transform: turned === undefined ? undefined : `rotate(${turned} 32 32)` }, shapes));
}
