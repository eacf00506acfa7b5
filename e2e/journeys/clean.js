//! Owns what must be true of the browser's own reports after a journey (Chromium): no violation of a policy, no uncaught error, no
//! error on the console, no request to any origin but the portal's.

import assert from 'node:assert/strict';

/**
 * @param {{requests: {url: string}[], console: string[], errors: string[], violations: object[], crashed: boolean}} log
 * @param {string} origin
 * @param {{refusals?: boolean, hostile?: boolean}} [options]  `refusals`: the portal was made to refuse, which Chromium writes on the
 *   console. `hostile`: such a body is parsed inertly, under the page's policy, which reports what it holds back
 */
export function assertClean(log, origin, { refusals = false, hostile = false } = {}) {
  assert.equal(log.crashed, false, 'a page crashed');
  const violations = log.violations.filter(({ sourceFile }) => !(hostile && [`${origin}/purify.js`, `${origin}/sealpost-web.js`].includes(sourceFile)));
  assert.deepEqual(violations, [], 'violations of the content security policy');
  assert.deepEqual(log.errors, [], 'uncaught errors');
  const complaints = log.console.filter((line) =>
    !(refusals && /Failed to load resource/.test(line)) && !(hostile && /Content Security Policy/.test(line)));
  assert.deepEqual(complaints, [], 'complaints on the console');
  const strangers = log.requests.map(({ url }) => url).filter((url) => {
    const { protocol, origin: to } = new URL(url);
    return to !== origin && !['file:', 'blob:', 'data:', 'about:'].includes(protocol);
  });
  assert.deepEqual(strangers, [], 'requests to another origin');
}
