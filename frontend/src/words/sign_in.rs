//! Owns the sentences about signing in: the ways, completing an account by a passcode, passkeys.

use super::errors::{Said, said};

sentences! {
    // - the ways
    ways_title = "Show that this message is yours";
    ways_other = "Other ways";
    another_way = "Sign in another way";
    way_passcode = "Mail me a passcode";
    way_passkey = "Use a passkey";
    passkey_help = "If you made a passkey on this portal before: unlock it as you unlock your device, with a finger, your face or its PIN.";
    account_proves = "You sign in on the provider's own page, come back here, and the message opens.";
    account_only = "You sign in on the provider's own page, and come back to this one.";
    storage_blocked = "This browser does not let the page store anything: on the way to an account's page and back, the message would be lost. Use one of the other ways, or allow this site to store data and open the attachment again.";
    storage_needed = "Needs storage, which this browser blocks.";
    password_warning = "A password is typed only on the provider's own page, never here.";

    // - back from a provider
    returned_title = "Checking your sign-in";
    returned_text = "This takes a moment.";

    // - an account that needs a passcode to go with it
    complete_title = "One more step";
    complete_once = "You can have this remembered, so that next time the account is enough.";
    complete_button = "Mail me a passcode";

    // - passkeys
    what_is_title = "What is a passkey?";
    what_is_1 = "A key that your device or password manager keeps for this portal. You unlock it as you unlock the device: with a finger, your face or its PIN. None of that leaves the device; the portal gets only a signature.";
    what_is_2 = "There is nothing to type and nothing to wait for, and a faked page cannot use it. You can remove it at any time, here and on your device.";
    offer_title = "Open the next message with a touch";
    offer_text = "With a passkey on this device you need no passcode by mail next time.";
    offer_make = "Make a passkey";
    offer_making = "Follow your browser…";
    offer_later = "Not now";
    offer_made = "The passkey is made. Next time, choose “Use a passkey”.";
    offer_again = "Try again";
    use_passkey_instead = "Use a passkey instead";
}

/// Whom the message was sent to, on the screen of the ways.
pub(crate) fn sent_to(address: &str) -> String {
    format!("You say the message was sent to {address}. Sign in as the owner of this mailbox.")
}

/// The button of a provider.
pub(crate) fn continue_with(provider: &str) -> String {
    format!("Continue with {provider}")
}

/// A provider whose word is no proof for the address.
pub(crate) fn account_and_passcode(provider: &str, address: &str) -> String {
    format!(
        "You sign in on the page of {provider} and come back here. As {provider} cannot vouch for {address}, a passcode is mailed there the first time."
    )
}

/// A passcode, as a way.
pub(crate) fn passcode_help(address: &str) -> String {
    format!("8 digits, mailed to {address}. They work for 10 minutes.")
}

/// A provider that is down.
pub(crate) fn unavailable(provider: &str) -> String {
    format!("{provider} does not answer at the moment. Use another way, or try again later.")
}

/// Signed in, and not with what proves the address.
pub(crate) fn complete_text(provider: &str, address: &str) -> String {
    format!(
        "You are signed in with {provider}, which alone does not open this message. You say it was sent to {address}: if it was, a passcode mailed there opens it."
    )
}

/// The same, on the screen where the passcode is typed.
pub(crate) fn completing(provider: &str) -> String {
    format!(
        "You are signed in with {provider}. The passcode shows that this mailbox is yours as well."
    )
}

/// The box beside the passcode.
pub(crate) fn remember(provider: &str) -> String {
    format!("Remember this for {provider}: next time no passcode is needed")
}

/// What the box does.
pub(crate) const fn remember_help() -> &'static str {
    "Leave it off for a mailbox that you share. You can undo it under “Your sign-ins”."
}

/// Signed in with an account, in the footer.
pub(crate) fn signed_in_with(provider: &str) -> String {
    format!("You are signed in with {provider}.")
}

/// Back from a provider, and the message is gone.
pub(crate) fn envelope_gone() -> Said {
    said(
        "You are signed in, but this tab has lost the message",
        "A sealed message waits at most 15 minutes, and only in its tab. Open the attachment again, or choose it here: you need not sign in again.",
    )
}

/// The account does not open the message, and no passcode is allowed.
pub(crate) fn other_account() -> Said {
    said(
        "This account is not the one for this address",
        "Sign in with the account that belongs to the address the message was sent to. If the provider signs you in by itself, sign out there first or choose the other account on its page.",
    )
}

/// The passkey does not open the message.
pub(crate) fn passkey_elsewhere() -> Said {
    said(
        "This passkey was made for another address, or has aged out",
        "Use another way this time. Afterwards you can make a new passkey that opens messages to this address.",
    )
}

/// The browser used no passkey.
pub(crate) fn passkey_not_used() -> Said {
    said(
        "No passkey was used",
        "The browser's question was closed, took too long, or this device has no passkey for this portal. Try again, or use another way.",
    )
}

/// The browser made no passkey.
pub(crate) fn passkey_not_made() -> Said {
    said(
        "No passkey was made",
        "The browser's question was closed or took too long. Try again, or go on without: a passcode always works where it is offered.",
    )
}

/// There is one.
pub(crate) fn passkey_exists() -> Said {
    said(
        "This device has a passkey for this portal already",
        "Nothing is left to do: next time, choose “Use a passkey”.",
    )
}

/// No way that can be taken.
pub(crate) fn no_way() -> Said {
    said(
        "This browser cannot sign in for this address",
        "Whoever runs this portal allows only the ways below for this address, and none of them works here at the moment. Open the attachment in a current version of Firefox, Chrome, Edge or Safari, or try again later.",
    )
}

/// No account for the address.
pub(crate) fn no_account() -> Said {
    said(
        "This address has no account sign-in on this portal",
        "Open one of your messages with a passcode instead, then come back to this page.",
    )
}
