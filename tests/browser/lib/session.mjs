// One test = one context in a shared browser, watched, with a picture and the page's text kept when it fails.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browser } from './browsers.mjs';
import { assertQuiet, watchNetwork } from './network.mjs';

// Bounds of a wait on a busy machine, not of what is good: those are benches.
const STEP_MS = 30_000;
const SCENE_MS = 300_000;
// ux.md 5.1 sends one Permissions-Policy to all; these two do not know all of its features.
const TOO_OLD = [/Permissions-Policy header: Unrecognized feature: 'publickey-credentials-create'/];
const results = process.env.MIZUMADO_TEST_RESULTS ?? join(import.meta.dirname, '..', '..', '..', 'test-results');

/** `{ public, console, gateway, mail }` of the demo this process was given. */
export function addresses() {
  const file = process.env.MIZUMADO_ADDRESSES;
  if (!file) throw new Error('MIZUMADO_ADDRESSES is unset: start the tests with run.mjs, or give a demo\'s addresses.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Where a demo's pages are: its own, and the four faces of its practice desks, whose ports follow one another. */
export function origins(app) {
  const { protocol, hostname, port } = new URL(app.training);
  const faces = [0, 1, 2, 3].map((n) => `${protocol}//${hostname}:${Number(port) + n}`);
  return [app.public, app.gateway, app.console, ...faces];
}

async function keepPicture(context, name) {
  mkdirSync(results, { recursive: true });
  for (const [number, page] of context.pages().entries()) {
    const stem = join(results, `${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)}-${number + 1}`);
    try {
      await page.screenshot({ path: `${stem}.png`, fullPage: true, timeout: 5_000 });
      writeFileSync(`${stem}.html`, `<!-- ${page.url()} -->\n${await page.content()}`);
    } catch {
      // The page is gone; the error of the test itself says more.
    }
  }
}

/** A context with our defaults. The caller closes it. */
export async function newContext({ version = 'current', js = true, width = 390, height = 800, more = {} } = {}) {
  const context = await (await browser(version)).newContext({
    javaScriptEnabled: js,
    viewport: { width, height },
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    ...more,
  });
  context.setDefaultTimeout(STEP_MS);
  context.setDefaultNavigationTimeout(STEP_MS);
  return context;
}

/**
 * Runs `scene({ page, context, log, app, options })` in its own context. `t` is node's test context.
 * Afterwards nothing may have gone to another host and the console must be empty, but for `options.allow`.
 */
export async function visit(t, options, scene) {
  const app = addresses();
  const context = await newContext(options);
  const log = watchNetwork(context, origins(app));
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    context.close(); // whatever the scene waits for now fails
  }, options.limit ?? SCENE_MS);
  try {
    const page = await context.newPage();
    await scene({ page, context, log, app, options });
    assertQuiet(log, [...(options.allow ?? []), ...(options.version === '109' || options.version === '123' ? TOO_OLD : [])]);
  } catch (error) {
    if (late) throw new Error('the scene took too long', { cause: error });
    await keepPicture(context, t.name);
    throw error;
  } finally {
    clearTimeout(limit);
    await context.close();
  }
}
