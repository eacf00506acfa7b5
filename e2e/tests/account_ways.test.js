//! Owns which ways an address is offered, and which of them a rule takes: by the address's domain alone, the same for whoever asks.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AccountSystem } from '../system/openid/account_system.js';

const TEST = { timeout: 30_000 };
const RULES = `[[rule]]
domains = ["firma.example"]
ways = ["google", "passcode"]
passkey = false
[[rule]]
domains = ["strict.example"]
ways = ["hospital"]
passcode = false
minimum = "account"
[[rule]]
domains = ["forgetful.example"]
proof_days = 0
`;

describe('the ways of an address', () => {
  let system;
  before(async () => {
    system = await AccountSystem.start({ rules: RULES });
  }, { timeout: 90_000 });
  after(() => system?.stop());

  /** `google!` where its word is proof, `google` where it is not. */
  async function ways(address) {
    const answer = await system.visitor().ways(address);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.ways.map((way) => (way.account ? `${way.account.id}${way.account.proves ? '!' : ''}` : way));
  }

  test('the one meant for it is first, by the domains built in and by those of providers and tenants', TEST, async () => {
    for (const [address, first] of [
      ['bo@gmail.com', 'google!'], ['bo@googlemail.com', 'google!'], ['bo@outlook.com', 'microsoft!'], ['bo@hotmail.de', 'microsoft!'],
      ['ida@contoso.example', 'microsoft!'], ['nurse@hospital.example', 'hospital!'], ['ana@firma.example', /^google/],
    ]) {
      const offered = await ways(address);
      assert.match(offered[0], first instanceof RegExp ? first : new RegExp(`^${first}$`), address);
      assert.ok(offered.includes('passcode'), address);
    }
  });

  test('an address of any other domain has the passcode, and accounts that a passcode completes', TEST, async () => {
    const offered = await ways('bo@example.net');
    assert.ok(offered.includes('passcode'));
    assert.ok(!offered.some((way) => way.endsWith('!')), `nobody vouches for it: ${offered}`);
  });

  test('a rule names the ways, their order, and leaves out passcode or passkey', TEST, async () => {
    assert.deepEqual((await ways('ana@firma.example')).map((way) => way.replace('!', '')), ['google', 'passcode']);
    const strict = await ways('bo@strict.example');
    assert.equal(strict[0].replace('!', ''), 'hospital');
    assert.ok(!strict.includes('google'));
  });

  test('they are the same for a recipient and for a stranger, and for a domain in other letters', TEST, async () => {
    await system.possession('bo@gmail.com');
    assert.deepEqual(await ways('bo@gmail.com'), await ways('never.seen@GMAIL.com'));
  });

  test('what is no address has none', TEST, async () => {
    for (const address of ['', 'bo', 'bo@', '@gmail.com', 'a@b@gmail.com', 'bo@gmail.com,al@gmail.com']) {
      assert.equal((await system.visitor().ways(address)).json.code, 'bad_address', address);
    }
  });

  test('where an account is the least, a code alone does not open, and one beside the account does', TEST, async () => {
    const possession = await system.possession('bo@strict.example');
    const alone = system.visitor();
    const mark = await system.catcher.mark();
    const asked = await alone.challenge(possession, 'bo@strict.example');
    if (asked.status === 200) {
      const { code } = await system.code('bo@strict.example', mark);
      await alone.verify(possession, 'bo@strict.example', code);
    }
    assert.equal((await alone.release(possession)).json.code, asked.status === 200 ? 'way_not_allowed' : 'not_signed_in');

    const withAccount = system.visitor();
    await withAccount.callback(await system.providers.hospital.authorize(await withAccount.start('hospital'), 'h-verified', system.agent));
    assert.equal((await system.prove(withAccount, possession, 'bo@strict.example')).status, 200);
    assert.equal((await withAccount.release(possession)).status, 200);
  });

  test('where no proof is kept, asking for it keeps none', TEST, async () => {
    const address = 'bo@forgetful.example';
    const possession = await system.possession(address);
    const visitor = system.visitor();
    await visitor.callback(await system.providers.hospital.authorize(await visitor.start('hospital'), 'h-verified', system.agent));
    await system.prove(visitor, possession, address, true);
    assert.equal((await visitor.release(possession)).status, 200);
    assert.deepEqual((await visitor.me()).json.proofs.filter(({ method }) => method === 'code'), []);
  });
});
