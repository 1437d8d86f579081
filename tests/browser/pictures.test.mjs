// The pictures of the manuals show what the pages show: each is taken again, and its words are compared.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closeAll } from './lib/browsers.mjs';
import { PICTURES, keptWords, usesOfPictures } from './lib/picture-papers.mjs';
import { check, picturesDemo } from './pictures.mjs';

let stop;
before(async () => { stop = await picturesDemo(); });
after(async () => {
  await closeAll();
  await stop();
});

test('every picture that a manual shows has been taken', () => {
  const kept = keptWords();
  const missing = [...usesOfPictures().keys()].filter((name) => !kept[name] || !existsSync(join(PICTURES, `${name}.png`)));
  assert.deepEqual(missing, [], 'run `node pictures.mjs` with these names');
});

test('every page still says what it said when its picture was taken, and each mark has its number in the manual', async () => {
  const wrong = await check([]);
  assert.ok(wrong.length === 0, `take these again, and read what the manual says of them:\n${wrong.join('\n\n')}`);
});
