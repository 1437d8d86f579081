// What a page asked for and what the browser complained about.
import assert from 'node:assert/strict';

// A navigation that overtakes another cancels it; that is no fault.
const CANCELLED = /ERR_ABORTED|NS_BINDING_ABORTED/;

/** Watches a whole context; `hosts` are the origins that may be spoken to. */
export function watchNetwork(context, hosts) {
  const log = { requests: [], strange: [], complaints: [], failed: [], broken: [], pages: [] };
  context.on('request', (request) => {
    log.requests.push(request);
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && !hosts.includes(url.origin)) log.strange.push(request.url());
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (!CANCELLED.test(why)) log.failed.push(`${request.method()} ${request.url()}: ${why}`);
  });
  context.on('response', (response) => {
    if (response.request().isNavigationRequest()) log.pages.push(response);
    if (response.status() >= 500) log.broken.push(`${response.status()} ${response.url()}`);
  });
  context.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) log.complaints.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => log.complaints.push(`exception: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    log.complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  return log;
}

/** `allow` holds patterns of console complaints that this test brings about on purpose. */
export function assertQuiet(log, allow = []) {
  const wanted = (line) => !allow.some((pattern) => pattern.test(line));
  assert.deepEqual(log.strange, [], 'requests to other hosts');
  assert.deepEqual(log.failed.filter(wanted), [], 'requests that failed');
  assert.deepEqual(log.broken.filter(wanted), [], 'answers of 500 and above');
  assert.deepEqual(log.complaints.filter(wanted), [], 'console errors, warnings and dialogs');
}

/** The markup as it was sent, not as the browser mended it. Navigations only; the last answer that was no redirect. */
export async function sentHtml(log, page) {
  for (const response of [...log.pages].reverse()) {
    const status = response.status();
    if (status >= 300 && status < 400) continue;
    if (response.frame() === page.mainFrame()) return response.text();
  }
  throw new Error('no page was sent yet');
}
