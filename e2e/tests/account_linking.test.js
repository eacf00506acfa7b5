//! Owns linking: an account opens the mail of an address that it proved by code, where that was asked for, and nothing more; and how a
//! person sees and ends what the portal keeps.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AccountSystem } from '../system/openid/account_system.js';
import { rowCounts } from '../system/openid/database.js';

const TEST = { timeout: 60_000 };
const TEAM = 'readers@praxis.example';
const SECOND = 'second@praxis.example';

describe('an account that proved an address by code', () => {
  let system;
  before(async () => {
    system = await AccountSystem.start({ providers: ['clinic'] });
  }, { timeout: 90_000 });
  after(() => system?.stop());

  /** An account with an address elsewhere, in a browser of its own. */
  async function signedIn(sub, visitor = system.visitor()) {
    const back = system.providers.clinic.authorize(await visitor.start('clinic'), { sub, email: `${sub}@elsewhere.example`, email_verified: true });
    await visitor.callback(back.href);
    assert.ok((await visitor.session()).account);
    return visitor;
  }

  const closed = async (visitor, possession) => assert.match((await visitor.release(possession)).json.code, /^not_(a_recipient|signed_in)$/);
  const opens = async (visitor, possession) => {
    const answer = await visitor.release(possession);
    assert.equal(answer.status, 200, answer.text);
  };

  test('opens the next message without a code, where it was asked to be remembered', TEST, async () => {
    const [first, next] = [await system.possession(TEAM), await system.possession(TEAM)];
    const visitor = await signedIn('keeper');
    await closed(visitor, first);
    assert.equal((await system.prove(visitor, first, TEAM, true)).status, 200);
    await opens(visitor, first);
    const mails = await system.catcher.mark();
    await opens(await signedIn('keeper'), next);
    assert.equal(await system.catcher.mark(), mails, 'no code is mailed');
  });

  test('does not, where it was not asked', TEST, async () => {
    const [first, next] = [await system.possession(TEAM), await system.possession(TEAM)];
    const visitor = await signedIn('forgetful');
    await system.prove(visitor, first, TEAM, false);
    await opens(visitor, first);
    await opens(visitor, next);
    await closed(await signedIn('forgetful'), next);
  });

  test('does not, where nobody is signed in with an account', TEST, async () => {
    const possession = await system.possession(TEAM);
    const visitor = system.visitor();
    assert.equal((await system.prove(visitor, possession, TEAM, true)).status, 200, 'to keep is ignored');
    await opens(visitor, possession);
    await closed(await signedIn('passer-by'), possession);
  });

  test('never keeps the proof of a role address', TEST, async () => {
    for (const role of ['info@praxis.example', 'postmaster@praxis.example']) {
      const possession = await system.possession(role);
      const visitor = await signedIn('clerk');
      await system.prove(visitor, possession, role, true);
      await opens(visitor, possession);
      assert.deepEqual((await visitor.me()).json.proofs, []);
      await closed(await signedIn('clerk'), possession);
    }
  });

  test('is directed: two accounts that share an address do not share what else they proved', TEST, async () => {
    const [toTeam, toSecond] = [await system.possession(TEAM), await system.possession(SECOND)];
    const one = await signedIn('one');
    await system.prove(one, toTeam, TEAM, true);
    await system.prove(one, toSecond, SECOND, true);
    const two = await signedIn('two');
    await system.prove(two, toTeam, TEAM, true);
    await closed(two, toSecond);
    await closed(await signedIn('two'), toSecond);
    await opens(await signedIn('one'), toSecond);
    const bySecond = system.visitor();
    await system.prove(bySecond, toSecond, SECOND);
    await closed(bySecond, toTeam);
    assert.deepEqual((await bySecond.me()).json.proofs, [], 'nor does who proves the address see the accounts that did');
  });

  test('a second account in the same browser does not inherit what the first proved', TEST, async () => {
    const possession = await system.possession(SECOND);
    const visitor = await signedIn('before');
    await system.prove(visitor, possession, SECOND, true);
    await opens(visitor, possession);
    await signedIn('after', visitor);
    await closed(visitor, possession);
  });

  test('sees what is kept, and ends it', TEST, async () => {
    const possession = await system.possession(TEAM);
    const visitor = await signedIn('tidy');
    await system.prove(visitor, possession, TEAM, true);
    const { json: me } = await visitor.me();
    assert.deepEqual(me.account, { provider: 'clinic', label: 'clinic' });
    assert.equal(me.addresses, 1);
    assert.equal(me.proofs.length, 1);
    const [{ id, from, method, proved, expires }] = me.proofs;
    assert.deepEqual({ from, method }, { from: 'account', method: 'code' });
    const days = (Date.parse(expires) - Date.parse(proved)) / 86_400_000;
    assert.ok(Math.abs(days - 90) < 0.1, `${days} days`);
    assert.ok(!JSON.stringify(me).includes('@'), 'no address');

    const other = await signedIn('not-tidy');
    assert.ok((await other.post('/api/v1/me/forget', { id })).status >= 400 || (await visitor.me()).json.proofs.length === 1);
    assert.equal((await visitor.me()).json.proofs.length, 1, 'nobody else removes it');

    const answer = await visitor.post('/api/v1/me/forget', { id });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json.proofs, []);
    await closed(await signedIn('tidy'), possession);
  });

  test('sign out everywhere ends the other browsers, and only those of the same person', TEST, async () => {
    const possession = await system.possession(TEAM);
    const [here, there, stranger] = [await signedIn('traveller'), await signedIn('traveller'), await signedIn('stranger')];
    await system.prove(here, possession, TEAM, true);
    assert.equal((await here.me()).json.sessions, 2);
    assert.equal((await here.post('/api/v1/sign-out/everywhere', {})).status, 200);
    for (const visitor of [here, there]) {
      const session = await visitor.session();
      assert.equal(session.signed_in || session.account !== null, false);
      assert.equal((await visitor.release(possession)).json.code, 'not_signed_in');
    }
    assert.ok((await stranger.session()).account);
    await opens(await signedIn('traveller'), possession);
  });

  test('erases all: the proofs and passkeys are gone from the database, and every session of theirs', TEST, async () => {
    const possession = await system.possession(TEAM);
    const kept = async () => Object.fromEntries(Object.entries(await rowCounts(system.scratch)).filter(([table]) => /proof|passkey/.test(table)));
    const before = await kept();
    assert.ok(Object.keys(before).length > 0, 'there are such tables');
    const [here, there] = [await signedIn('leaving'), await signedIn('leaving')];
    await system.prove(here, possession, TEAM, true);
    assert.notDeepEqual(await kept(), before, 'rows were added');
    assert.equal((await here.post('/api/v1/me/erase', {})).status, 200);
    assert.deepEqual(await kept(), before);
    for (const visitor of [here, there]) assert.equal((await visitor.session()).account, null);
    await closed(await signedIn('leaving'), possession);
  });

  test('nobody signed in sees and changes nothing', TEST, async () => {
    const visitor = system.visitor();
    for (const path of ['/api/v1/me', '/api/v1/me/erase', '/api/v1/sign-out/everywhere']) {
      const answer = await visitor.post(path, {});
      assert.equal(answer.json.code, 'not_signed_in', path);
    }
  });
});
