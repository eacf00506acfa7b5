//! Owns the rows of kept proofs: from an account or a passkey to one address, never back.

use sealpost_api::account::{ProofMethod, ProofSource};
use sqlx::Row;

use super::{StorageError, Write, bytes, session::PASSKEY_ID_LEN};
use crate::hash_key::{AccountHash, AddressHash, DomainHash};

/// Bytes of a proof's id.
pub(crate) const PROOF_ID_LEN: usize = 16;

/// What a proof starts from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Account(&'a AccountHash),
    Passkey(&'a [u8; PASSKEY_ID_LEN]),
}

impl Source<'_> {
    const fn kind(self) -> ProofSource {
        match self {
            Self::Account(_) => ProofSource::Account,
            Self::Passkey(_) => ProofSource::Passkey,
        }
    }

    const fn bytes(&self) -> &[u8] {
        match self {
            Self::Account(hash) => hash.0.as_slice(),
            Self::Passkey(id) => id.as_slice(),
        }
    }
}

/// A kept proof.
#[derive(Clone)]
pub(crate) struct ProofRow {
    pub(crate) id: [u8; PROOF_ID_LEN],
    pub(crate) address: AddressHash,
    pub(crate) domain: DomainHash,
    /// How the address was proved when the proof was kept.
    pub(crate) method: ProofMethod,
    /// Whose account stood behind it; none for a code alone.
    pub(crate) provider: Option<String>,
    pub(crate) proved: i64,
    pub(crate) expires: i64,
}

const fn kind_name(kind: ProofSource) -> &'static str {
    match kind {
        ProofSource::Account => "account",
        ProofSource::Passkey => "passkey",
    }
}

const fn method_name(method: ProofMethod) -> &'static str {
    match method {
        ProofMethod::Code => "code",
        ProofMethod::Claim => "claim",
    }
}

fn method(name: &str) -> Result<ProofMethod, sqlx::Error> {
    [ProofMethod::Code, ProofMethod::Claim]
        .into_iter()
        .find(|method| method_name(*method) == name)
        .ok_or_else(|| sqlx::Error::Decode("a proof's method of no known name".into()))
}

impl Write {
    /// Keeps a proof; one from the same source to the same address is replaced.
    pub(crate) async fn keep_proof(
        &mut self,
        source: Source<'_>,
        proof: &ProofRow,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO proof (id, kind, source, address, domain, method, provider, proved, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (kind, source, address) \
             DO UPDATE SET domain = $5, method = $6, provider = $7, proved = $8, expires = $9",
        )
        .bind(proof.id.as_slice())
        .bind(kind_name(source.kind()))
        .bind(source.bytes())
        .bind(proof.address.0.as_slice())
        .bind(proof.domain.0.as_slice())
        .bind(method_name(proof.method))
        .bind(proof.provider.as_deref())
        .bind(proof.proved)
        .bind(proof.expires)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// The proofs of a source that are still good, the latest first.
    pub(crate) async fn proofs(
        &mut self,
        source: Source<'_>,
        now: i64,
    ) -> Result<Vec<ProofRow>, StorageError> {
        let rows = sqlx::query(
            "SELECT id, address, domain, method, provider, proved, expires FROM proof \
             WHERE kind = $1 AND source = $2 AND expires > $3 ORDER BY proved DESC, id",
        )
        .bind(kind_name(source.kind()))
        .bind(source.bytes())
        .bind(now)
        .fetch_all(&mut *self.0)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ProofRow {
                    id: bytes(row, "id")?,
                    address: AddressHash(bytes(row, "address")?),
                    domain: DomainHash(bytes(row, "domain")?),
                    method: method(row.try_get("method")?)?,
                    provider: row.try_get("provider")?,
                    proved: row.try_get("proved")?,
                    expires: row.try_get("expires")?,
                })
            })
            .collect()
    }

    /// Removes one proof of a source; whether there was one.
    pub(crate) async fn delete_proof(
        &mut self,
        source: Source<'_>,
        id: &[u8; PROOF_ID_LEN],
    ) -> Result<bool, StorageError> {
        let done = sqlx::query("DELETE FROM proof WHERE kind = $1 AND source = $2 AND id = $3")
            .bind(kind_name(source.kind()))
            .bind(source.bytes())
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes every proof of a source.
    pub(crate) async fn delete_proofs(&mut self, source: Source<'_>) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM proof WHERE kind = $1 AND source = $2")
            .bind(kind_name(source.kind()))
            .bind(source.bytes())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
