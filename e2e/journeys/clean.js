//! Owns what must be true of the browser's own reports after a journey (Chromium): no violation of a policy, no uncaught error, no
//! error on the console, no request to any origin but the portal's.

import assert from 'node:assert/strict';

/**
 * @param {{requests: {url: string}[], console: string[], errors: string[], violations: object[], crashed: boolean}} log
 * @param {string} origin
 * @param {{refusals?: boolean}} [options]  `refusals`: the portal was made to refuse, which Chromium writes on the console
 */
export function assertClean(log, origin, { refusals = false } = {}) {
  assert.equal(log.crashed, false, 'a page crashed');
  assert.deepEqual(log.violations, [], 'violations of the content security policy');
  assert.deepEqual(log.errors, [], 'uncaught errors');
  // The app finds out whether its session still holds by asking for the key: 401 leads to the passcode.
  const expected = refusals ? /Failed to load resource/ : /Failed to load resource.*status of 401/;
  const complaints = log.console.filter((line) => !expected.test(line));
  assert.deepEqual(complaints, [], 'complaints on the console');
  const strangers = log.requests.map(({ url }) => url).filter((url) => {
    const { protocol, origin: to } = new URL(url);
    return to !== origin && !['file:', 'blob:', 'data:', 'about:'].includes(protocol);
  });
  assert.deepEqual(strangers, [], 'requests to another origin');
}
