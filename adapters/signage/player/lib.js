/* lib.js: what the player takes from libraries; the build makes one file of it, assets/lib.js to the browser. */
export { h, render } from 'preact';
export { geoMercator, geoPath, geoBounds } from 'd3-geo';
export { feature } from 'topojson-client';
export { sha256 } from '@noble/hashes/sha2.js';
export { default as qrcode } from 'qrcode-generator';
