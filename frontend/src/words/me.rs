//! Owns the sentences of `/me`: what the portal knows about the person, and what removes it.

use sealpost_api::account::{ProofMethod, ProofSource};

sentences! {
    title = "Your sign-ins";
    link = "Your sign-ins";
    lead = "What this portal knows about you, and how to remove it. It knows addresses only as fingerprints (keyed hashes), so none can be shown here.";
    loading = "Asking the portal…";

    session_title = "This sign-in";
    session_none = "No account: you proved a mailbox.";
    sign_out_everywhere = "Sign out everywhere";
    sign_out_everywhere_help = "Ends every session of yours, on every device. What is remembered below stays.";

    proofs_title = "Remembered mailboxes";
    proofs_none = "None. A mailbox is remembered only where you ask for it when you type a passcode, or by a passkey.";
    by_code = "proved by a passcode";
    by_claim = "proved by the account's provider";
    from_account = "for your account";
    from_passkey = "for a passkey";

    passkeys_title = "Passkeys";
    passkeys_none = "None.";
    passkey = "Passkey";
    never_used = "Not used yet";
    passkey_device = "Removed here, a passkey opens nothing any more; your device lists it until you remove it there too.";

    remove = "Remove";
    erase_title = "Erase all of it";
    erase_help = "Removes every remembered mailbox and passkey, and signs you out everywhere. Messages can still be opened afterwards: you prove the mailbox again.";
    erase = "Erase all of it";
    erase_sure = "This cannot be undone. Erase everything the portal keeps about you?";
    erase_yes = "Yes, erase it";
    erase_no = "Keep it";
    not_here = "Not listed, because they belong to a message and not to you: a fingerprint of the address for each message's recipients, and the message's audit record. The privacy statement says how long they are kept.";

    signed_out_title = "Sign in to see what is kept";
    signed_out_text = "You are not signed in in this browser. What was remembered for an account or a passkey shows when you sign in with it.";
    signed_out_passcode = "Used only passcodes so far? Then nothing is remembered beyond the session, and that is over. To see a session, open a message first.";
    account_label = "Your email address";
    account_help = "Shows the accounts this portal takes for it. Nothing is mailed.";
    account_find = "Find my account";
    erased_title = "It is erased";
    erased_text = "The portal keeps no remembered mailbox, passkey or session of yours any more. A passkey stays in your device's own list until you remove it there; it opens nothing here.";
    ended_title = "You are signed out everywhere";
    ended_text = "Every session of yours is over, on every device. A message that is open in another tab stays open there until the tab is closed.";
    try_again = "Try again";
    open_message = "Open a message";
}

/// The account signed in with.
pub(crate) fn account(provider: &str) -> String {
    format!("Account: {provider}")
}

/// Addresses proved in this session.
pub(crate) fn addresses(count: u32) -> String {
    match count {
        0 => "No mailbox is proved in this session.".to_owned(),
        1 => "1 mailbox is proved in this session.".to_owned(),
        _ => format!("{count} mailboxes are proved in this session."),
    }
}

/// Live sessions.
pub(crate) fn sessions(count: u32) -> String {
    match count {
        0 | 1 => "This is your only session.".to_owned(),
        _ => format!("You have {count} sessions, this one included."),
    }
}

/// A kept proof: what it starts from and how the address was proved.
pub(crate) fn proof(from: ProofSource, method: ProofMethod) -> String {
    let from = match from {
        ProofSource::Account => from_account(),
        ProofSource::Passkey => from_passkey(),
    };
    let method = match method {
        ProofMethod::Code => by_code(),
        ProofMethod::Claim => by_claim(),
    };
    format!("A mailbox {from}, {method}")
}

/// Since when and until when a proof is good.
pub(crate) fn proof_times(proved: &str, expires: &str) -> String {
    format!("Since {proved}, good until {expires}")
}

/// When a passkey was made.
pub(crate) fn made(time: &str) -> String {
    format!("Made {time}")
}

/// When a passkey was last used.
pub(crate) fn used(time: &str) -> String {
    format!("Last used {time}")
}

/// Names a button for those who cannot see its row.
pub(crate) fn remove_name(what: &str, time: &str) -> String {
    format!("Remove: {what}, {time}")
}
