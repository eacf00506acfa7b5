//! Owns when a claim is proof of an address and when it is not: as each kind of provider, by the certified one, and for addresses
//! that only look the same, by one that claims what it is told. Where a claim is no proof, a code to the address completes it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AccountSystem } from '../system/openid/account_system.js';
import * as accounts from '../system/openid/accounts.js';
import { MICROSOFT_TEMPLATE } from '../system/openid/provider.js';

const TEST = { timeout: 30_000 };

describe('a claim', () => {
  let system;
  before(async () => {
    system = await AccountSystem.start({ providers: ['google', 'microsoft', 'personal', 'work', 'hospital', 'clinic', 'tenants'] });
  }, { timeout: 90_000 });
  after(() => system?.stop());

  /** Signs in at a certified provider. */
  async function signIn(visitor, id, account) {
    const back = await system.providers[id].authorize(await visitor.start(id), account, system.agent);
    await visitor.callback(back.href);
    return visitor.session();
  }

  /** The account is signed in, but its address is not proved: the message stays closed until a code is typed. */
  async function assertNoProof(visitor, session, to) {
    assert.equal(session.returned.refused, null, 'the account itself is accepted');
    assert.ok(session.account);
    assert.equal(session.signed_in, false);
    const possession = await system.possession(to);
    assert.match((await visitor.release(possession)).json.code, /^not_(a_recipient|signed_in)$/);
    return possession;
  }

  const PROOF = [
    ['google', 'g-gmail', 'Google for gmail.com'],
    ['google', 'g-workspace', 'Google for the domain that `hd` names'],
    ['microsoft', 'm-personal', "Microsoft's consumers for outlook.com"],
    ['microsoft', 'm-work', 'a tenant for a domain that it is configured for'],
    ['microsoft', 'm-owner', 'any tenant for a domain whose ownership Microsoft checked (`xms_edov`)'],
    ['personal', 'm-personal', "Microsoft for personal accounts alone, for outlook.com"],
    ['work', 'm-work', 'Microsoft for work accounts alone, for a tenant that is configured'],
    ['hospital', 'h-verified', 'a provider for a domain that it is configured for'],
  ];
  for (const [id, account, what] of PROOF) {
    test(`is proof: ${what}`, TEST, async () => {
      const visitor = system.visitor();
      const { email } = system.providers[id].accounts[account];
      const session = await signIn(visitor, id, account);
      assert.deepEqual(session.returned, { refused: null });
      assert.equal(session.signed_in, true);
      assert.equal(session.account.provider, id);
      assert.equal((await visitor.release(await system.possession(email))).status, 200);
      assert.equal((await visitor.release(await system.possession('somebody.else@example.org'))).json.code, 'not_a_recipient');
    });
  }

  const NO_PROOF = [
    ['google', 'g-elsewhere', 'Google for an address elsewhere, which the account may have proved years ago'],
    ['google', 'g-unverified', 'Google for an address that is not verified'],
    ['google', 'g-other-hd', 'Google for a domain that `hd` does not name'],
    ['microsoft', 'm-elsewhere', "Microsoft's consumers for an address elsewhere"],
    ['microsoft', 'm-noauth', "another tenant for a tenant's address (nOAuth)"],
    ['microsoft', 'm-not-owner', 'a tenant for a domain that is not its own'],
    ['hospital', 'h-unverified', 'a provider for an address that is not verified'],
    ['hospital', 'h-elsewhere', 'a provider for a domain that it does not speak for'],
  ];
  for (const [id, account, what] of NO_PROOF) {
    test(`is no proof: ${what}`, TEST, async () => {
      const visitor = system.visitor();
      const { email } = accounts[id][account];
      await assertNoProof(visitor, await signIn(visitor, id, account), email);
    });
  }

  for (const [id, account, what] of [['personal', 'm-work', 'a work account where personal ones are taken'], ['work', 'm-personal', 'a personal account where work ones are taken']]) {
    test(`is refused with its account: ${what}`, TEST, async () => {
      const visitor = system.visitor();
      const session = await signIn(visitor, id, account);
      assert.equal(session.returned.refused, 'sign_in_refused');
      assert.equal(session.signed_in || session.account !== null, false);
    });
  }

  test('a tenant is believed only where the issuer carries it too', TEST, async () => {
    const possession = await system.possession('ida@contoso.example');
    const issuer = (tid) => MICROSOFT_TEMPLATE.replace('{tenantid}', tid);
    const attempt = async (claims) => {
      const visitor = system.visitor();
      const { tenants } = system.providers;
      await visitor.callback(tenants.authorize(await visitor.start('tenants'), { sub: 'ida', email: 'ida@contoso.example', ...claims }).href);
      return { session: await visitor.session(), release: await visitor.release(possession) };
    };
    assert.equal((await attempt({ tid: accounts.CONTOSO, iss: issuer(accounts.CONTOSO) })).release.status, 200, 'control');
    for (const claims of [
      { tid: accounts.CONTOSO, iss: issuer(accounts.STRANGERS) },
      { tid: accounts.STRANGERS, iss: issuer(accounts.CONTOSO) },
      { tid: accounts.CONTOSO, iss: MICROSOFT_TEMPLATE },
      { tid: '{tenantid}', iss: MICROSOFT_TEMPLATE },
      { tid: undefined, iss: issuer(accounts.CONTOSO) },
      { tid: 'common', iss: issuer('common') },
      { tid: accounts.CONTOSO, iss: `https://evil.example/${accounts.CONTOSO}/v2.0` },
    ]) {
      const { session, release } = await attempt(claims);
      assert.equal(session.returned.refused, 'sign_in_refused', JSON.stringify(claims));
      assert.notEqual(release.status, 200);
    }
  });

  test('a code completes what a claim does not prove', TEST, async () => {
    const visitor = system.visitor();
    const session = await signIn(visitor, 'microsoft', 'm-noauth');
    const possession = await assertNoProof(visitor, session, 'ida@contoso.example');
    await system.prove(visitor, possession, 'ida@contoso.example');
    assert.equal((await visitor.release(possession)).status, 200);
  });

  const NURSE = 'nurse@clinic.example';
  /** Signs in at the provider that claims what it is told. */
  async function claim(email, more = {}) {
    const visitor = system.visitor();
    const back = system.providers.clinic.authorize(await visitor.start('clinic'), { sub: `of ${JSON.stringify(email)}`, email, email_verified: true, ...more });
    await visitor.callback(back.href);
    return { visitor, session: await visitor.session() };
  }

  test('the same address in other letters is the same address', TEST, async () => {
    const { visitor } = await claim('Nurse@Clinic.EXAMPLE');
    assert.equal((await visitor.release(await system.possession(NURSE))).status, 200);
  });

  const LOOKS_THE_SAME = {
    'a homoglyph in the name': 'nur\u0455e@clinic.example',
    'a homoglyph in the domain': 'nurse@\u0441linic.example',
    'a dot after the domain': 'nurse@clinic.example.',
    'fullwidth letters in the name': '\uff4eurse@clinic.example',
    'a dotless i in the domain': 'nurse@cl\u0131nic.example',
    'a dot in the name': 'n.urse@clinic.example',
    'a plus in the name': 'nurse+ward@clinic.example',
    'a letter of zero width': 'nurse\u200b@clinic.example',
    'another direction': '\u202enurse@clinic.example',
    'two addresses in one text': 'other@clinic.example,nurse@clinic.example',
    'two addresses, the right one first': 'nurse@clinic.example, other@evil.example',
    'two addresses with a space between': 'nurse@clinic.example other@clinic.example',
    'two addresses in a list': ['other@clinic.example', 'nurse@clinic.example'],
    'two at signs': 'nurse@clinic.example@evil.example',
    'a quoted name': '"nurse@clinic.example"@evil.example',
    'a display name': 'Nurse <nurse@clinic.example>',
    'a comment': 'nurse(@evil.example)@clinic.example',
    'a line break': 'nurse@clinic.example\nother@clinic.example',
    'a NUL': 'nurse@clinic.example\u0000.evil.example',
    'a subdomain': 'nurse@evil.clinic.example',
    'a domain before it': 'nurse@evilclinic.example',
  };
  for (const [what, email] of Object.entries(LOOKS_THE_SAME)) {
    test(`an address that only looks the same is another: ${what}`, TEST, async () => {
      const { visitor, session } = await claim(email);
      const answer = await visitor.release(await system.possession(NURSE));
      assert.notEqual(answer.status, 200);
      assert.match(answer.json.code, /^not_(a_recipient|signed_in)$/);
      assert.match(session.returned.refused ?? 'none', /^(none|sign_in_refused)$/, 'the account may be good, its address is not');
    });
  }

  test('the dotless i: ı is not i, whichever of the two the message was sent to', TEST, async () => {
    const { visitor } = await claim('\u0131ndira@clinic.example');
    assert.notEqual((await visitor.release(await system.possession('indira@clinic.example'))).status, 200);
    const upper = await claim('\u0130ndira@clinic.example');
    assert.notEqual((await upper.visitor.release(await system.possession('indira@clinic.example'))).status, 200);
  });

  test('`email_verified` must be true: neither missing, nor false, nor a text that says false', TEST, async () => {
    const possession = await system.possession(NURSE);
    for (const email_verified of [undefined, false, 'false', 0, null, 'yes']) {
      const { visitor } = await claim(NURSE, { email_verified });
      assert.notEqual((await visitor.release(possession)).status, 200, String(email_verified));
    }
  });

  test('an account without an address can still prove one by code', TEST, async () => {
    const { visitor, session } = await claim(undefined, { sub: 'nameless', email_verified: undefined });
    const possession = await assertNoProof(visitor, session, NURSE);
    await system.prove(visitor, possession, NURSE);
    assert.equal((await visitor.release(possession)).status, 200);
  });
});
