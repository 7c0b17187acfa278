// Reads a JSON list of Flux texts, writes the JSON list of their syntax trees. The package is made for bundlers:
// its glue code imports the wasm module, which Node.js wants to have instantiated by hand.
import { readFileSync } from 'node:fs';

const folder = process.argv[2];
const glue = readFileSync(`${folder}/flux.js`, 'utf8').replace(
  "import * as wasm from './flux_bg.wasm';",
  'let wasm; export const bind = (exports) => { wasm = exports; };',
);
const flux = await import(`data:text/javascript,${encodeURIComponent(glue)}`);
const { instance } = await WebAssembly.instantiate(readFileSync(`${folder}/flux_bg.wasm`), { './flux.js': flux });
flux.bind(instance.exports);
const texts = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map((text) => flux.parse(text))));
