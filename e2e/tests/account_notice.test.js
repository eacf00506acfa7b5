//! Owns the notice by mail on the first use of a new browser: where the operator wants it, once for each browser, to the address itself.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AccountSystem } from '../system/openid/account_system.js';

const TEST = { timeout: 30_000 };
const NURSE = { sub: 'nurse', email: 'nurse@clinic.example', email_verified: true };

describe('a notice of a new browser', () => {
  let system;
  before(async () => {
    system = await AccountSystem.start({ providers: ['clinic'], rules: '[sign_in]\nnotify_new_browser = true\n' });
  }, { timeout: 90_000 });
  after(() => system?.stop());

  async function signIn(visitor) {
    await visitor.callback(system.providers.clinic.authorize(await visitor.start('clinic'), NURSE).href);
    assert.equal((await visitor.session()).signed_in, true);
  }

  const notices = async () => (await system.catcher.messages()).filter(({ to, subject }) => to.includes(NURSE.email) && /new browser/i.test(subject)).length;

  async function waitForNotices(count) {
    for (const end = Date.now() + 10_000; (await notices()) < count;) {
      assert.ok(Date.now() < end, `${count} notices`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(await notices(), count);
  }

  test('goes to the address at its first use, not at the next in the same browser, and again for another', TEST, async () => {
    const first = system.visitor();
    await signIn(first);
    await waitForNotices(1);
    await signIn(first);
    await first.post('/api/v1/sign-out', {});
    await signIn(first);
    await waitForNotices(1);
    await signIn(system.visitor());
    await waitForNotices(2);
  });
});
