//! Owns the keyed hashes: HMAC-SHA256 (RFC 2104) under subkeys of one secret, which the database keeps encrypted under the
//! master key. Rotating the master key re-encrypts that secret; the hashes stay valid.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sealpost_api::{MessageId, Tab};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::address::Address;

/// A key for one kind of hash.
pub(crate) struct HashKey(Zeroizing<[u8; 32]>);

impl HashKey {
    /// Takes the key's bytes.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// `HMAC-SHA256(key, u32be(len) ‖ part ‖ …)`: no two lists of parts give the same input.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice())
            .expect("HMAC takes a key of any length");
        for part in parts {
            let len = u32::try_from(part.len()).expect("a part is bounded by the body's limit");
            mac.update(&len.to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// An address as the database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AddressHash(pub(crate) [u8; 32]);

/// The domain of an address as the database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DomainHash(pub(crate) [u8; 32]);

/// An account (issuer and subject) as the database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AccountHash(pub(crate) [u8; 32]);

/// One key for each kind of hash.
pub(crate) struct HashKeys {
    address: HashKey,
    domain: HashKey,
    account: HashKey,
    browser: HashKey,
    audit: HashKey,
    tab: HashKey,
    /// Content of a registration.
    pub(crate) registration: HashKey,
    /// Passcodes.
    pub(crate) passcode: HashKey,
    /// Names of budgets.
    pub(crate) budget: HashKey,
}

impl HashKeys {
    /// `HKDF-SHA256(salt = none, ikm = secret, info = "sealpost/1 portal hash <kind>", 32)`.
    pub(crate) fn derive(secret: &[u8; 32]) -> Self {
        let derive = |kind: &str| {
            let mut key = [0; 32];
            Hkdf::<Sha256>::new(None, secret)
                .expand(
                    format!("sealpost/1 portal hash {kind}").as_bytes(),
                    &mut key,
                )
                .expect("32 bytes are within HKDF-SHA256's limit");
            HashKey::new(key)
        };
        Self {
            address: derive("address"),
            domain: derive("domain"),
            account: derive("account"),
            browser: derive("browser"),
            audit: derive("audit"),
            tab: derive("tab"),
            registration: derive("registration"),
            passcode: derive("passcode"),
            budget: derive("budget"),
        }
    }

    /// How the database knows `address`.
    pub(crate) fn address(&self, address: &Address) -> AddressHash {
        AddressHash(self.address.hash(&[address.as_str().as_bytes()]))
    }

    /// How the database knows a domain, given in A-labels.
    pub(crate) fn domain(&self, domain: &str) -> DomainHash {
        DomainHash(self.domain.hash(&[domain.as_bytes()]))
    }

    /// How the database knows an account. Two issuers' subjects never meet.
    pub(crate) fn account(&self, issuer: &str, subject: &str) -> AccountHash {
        AccountHash(self.account.hash(&[issuer.as_bytes(), subject.as_bytes()]))
    }

    /// How the database knows that a browser, by its cookie, signed in with an address.
    pub(crate) fn browser(&self, browser: &[u8; 32], address: &AddressHash) -> [u8; 32] {
        self.browser.hash(&[browser, &address.0])
    }

    /// How the audit knows a message.
    pub(crate) fn message(&self, id: &MessageId) -> [u8; 32] {
        self.audit.hash(&[id.as_bytes()])
    }

    /// How the database knows a tab.
    pub(crate) fn tab(&self, tab: &Tab) -> [u8; 32] {
        self.tab.hash(&[tab.as_bytes()])
    }
}
