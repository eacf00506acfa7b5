//! Owns the people who have accounts at the run's providers, and what each provider claims about them. Who signs in with which address,
//! and whether that is proof, is written beside each.

/** Microsoft's tenant of personal accounts. */
export const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';
/** A tenant that the portal is configured to believe for contoso.example. */
export const CONTOSO = '5f0c1d1e-0a4d-4b4b-9d5a-6c1f0e2b7a11';
/** A tenant that anyone made, to claim what they like in it. */
export const STRANGERS = '0badc0de-1111-4222-8333-444455556666';

/** At Google (claims as its ID tokens carry them). */
export const google = {
  'g-gmail': { email: 'bo.recipient@gmail.com', email_verified: true },
  'g-workspace': { email: 'ana@firma.example', email_verified: true, hd: 'firma.example' },
  // A Google account may be made with any address, and keeps it when the mailbox has long gone to somebody else.
  'g-elsewhere': { email: 'bo@example.net', email_verified: true },
  'g-unverified': { email: 'carl.recipient@gmail.com', email_verified: false },
  'g-other-hd': { email: 'ana@firma.example', email_verified: true, hd: 'andere.example' },
};

/** At Microsoft. No `email_verified`: Microsoft does not send it. */
export const microsoft = {
  'm-personal': { tid: CONSUMERS, email: 'bo.recipient@outlook.com' },
  // A personal account may be made with any address.
  'm-elsewhere': { tid: CONSUMERS, email: 'bo@example.net' },
  'm-work': { tid: CONTOSO, email: 'ida@contoso.example' },
  // nOAuth: an administrator of any tenant writes any address into `email`.
  'm-noauth': { tid: STRANGERS, email: 'ida@contoso.example' },
  // Microsoft checked that this tenant owns the domain.
  'm-owner': { tid: STRANGERS, email: 'eve@verified.example', xms_edov: true },
  'm-not-owner': { tid: STRANGERS, email: 'eve@verified.example', xms_edov: false },
};

/** At a provider that the operator believes for hospital.example. */
export const hospital = {
  'h-verified': { email: 'nurse@hospital.example', email_verified: true },
  'h-unverified': { email: 'porter@hospital.example', email_verified: false },
  'h-elsewhere': { email: 'bo.recipient@gmail.com', email_verified: true },
};
