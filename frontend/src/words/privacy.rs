//! Owns the privacy statement: exactly what this portal collects, stores, why and for how long. It states what the code
//! does; whoever changes what is collected or kept changes this text and its date in the same commit.

/// When the statement last changed.
pub(crate) const fn last_updated() -> &'static str {
    "25 November 2026"
}

/// A headed section: paragraphs, then points.
pub(crate) struct Section {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Paragraphs before the points.
    pub(crate) paragraphs: &'static [&'static str],
    /// Points: what it is, and what happens to it. The first may be empty.
    pub(crate) points: &'static [(&'static str, &'static str)],
}

/// Title of the page.
pub(crate) const fn title() -> &'static str {
    "Privacy statement"
}

/// Before the date.
pub(crate) const fn updated_label() -> &'static str {
    "Last updated"
}

/// What the statement is about, and who is behind it.
pub(crate) fn scope(operator: &str) -> String {
    format!(
        "This statement is about this Sealpost portal, run by {operator}. It says what the portal learns when you open a sealed message, why, and for how long. It does not cover your mail provider, the browser and device you use, or the organisation that sent you the message: their own statements do."
    )
}

/// What the statement calls an operator that the portal did not name.
pub(crate) const fn unnamed_operator() -> &'static str {
    "its operator"
}

/// Heading of the contact section.
pub(crate) const fn contact_title() -> &'static str {
    "Whom to ask"
}

/// Before the contact's address.
pub(crate) fn contact(operator: &str) -> String {
    format!(
        "Please send privacy questions, and requests to see or erase what is stored about you, to {operator}:"
    )
}

/// Where the operator gave no contact.
pub(crate) const fn no_contact() -> &'static str {
    "The operator of this portal has not published a contact for privacy questions. Ask the organisation that sent you the message."
}

/// Where the contact could not be loaded.
pub(crate) const fn contact_unreachable() -> &'static str {
    "The contact could not be loaded because the portal did not answer. Reload this page to try again."
}

/// The statement, in order.
pub(crate) const fn sections() -> &'static [Section] {
    SECTIONS
}

const SECTIONS: &[Section] = &[
    Section {
        title: "In short",
        paragraphs: &[],
        points: &[
            (
                "Your message never reaches the portal.",
                "Neither the text nor the attachments, neither decrypted nor encrypted. It travels in your mail and is decrypted in your browser.",
            ),
            (
                "No password is ever asked for.",
                "A one-time passcode, mailed to the address the message was sent to, is used for authentication only and is not kept. If you sign in with an account, its password is typed on its provider's own page and never reaches this portal.",
            ),
            (
                "You see and erase what is remembered.",
                "The page “Your sign-ins” lists what this portal keeps about you, removes each piece, and has one button that erases all of it.",
            ),
            (
                "No tracking.",
                "No advertising, no analytics service, no content from other sites. Cookies for signing in only.",
            ),
        ],
    },
    Section {
        title: "What happens when you open a message",
        paragraphs: &[
            "The sealed message arrives as an HTML attachment to a regular mail. When you open it, its content is handed to this page inside your browser. Nothing about it is sent to the portal until you press the button that opens the message.",
            "Then your browser sends the message's random id, a proof that you hold the attachment, and the address you typed. If the message was sent to that address, the portal mails a one-time passcode to it; the answer to your browser is the same for every address. With the right passcode, the portal releases the message's key to your browser, which decrypts the message on your device.",
            "Where the operator has set up other ways to sign in, you choose. The list of ways follows from the domain of the address you typed, not from who is registered.",
        ],
        points: &[
            (
                "With an account.",
                "Your browser goes to the account's provider (such as Google or Microsoft) and comes back. The provider learns that you sign in to this portal, and when; it is not told which message you open. If it is the provider meant for your address, it also gets that address, so that you need not type it again. The portal gets the account's fixed number at the provider and, where the provider states it, a verified address. It compares them and keeps neither the address nor the provider's answer.",
            ),
            (
                "With a passkey.",
                "Your device signs a random number. The portal checks the signature with the passkey's public key. Your fingerprint, face or PIN never leaves the device.",
            ),
        ],
    },
    Section {
        title: "What the portal never has",
        paragraphs: &[],
        points: &[
            (
                "The message.",
                "The encrypted mail is never sent to the portal, and it is not decrypted there. The portal could not read it: the key needs a second half that is only in the attachment.",
            ),
            (
                "Subject, headers, and names of attachments.",
                "They are inside the encrypted message.",
            ),
            (
                "Your credentials.",
                "You have no password here, and the portal does not see the one of your account or device. The passcode is checked against a keyed hash, which is erased when it is used or after 10 minutes.",
            ),
        ],
    },
    Section {
        title: "What the portal stores, why, and for how long",
        paragraphs: &[],
        points: &[
            (
                "For each message: its key (encrypted), two check values, the sender's address, dates.",
                "Needed to release the key to you and to tell you who sent the message. Until the message expires or its sender withdraws it; after a withdrawal the key is kept for a grace period set by the operator (30 days by default), so that it can be undone, and then erased. A message may also be set to never expire.",
            ),
            (
                "For each recipient: a keyed hash of the address.",
                "A fingerprint that shows whether a typed address is a recipient, but from which the address cannot be read without the portal's secret. As long as the message's record.",
            ),
            (
                "Passcodes: a keyed hash, a reference code, counters of tries.",
                "For authentication. 10 minutes at most, erased at use.",
            ),
            (
                "The mail with the passcode.",
                "Address and passcode wait in an encrypted queue until the mail is handed to the mail server, at most until the passcode expires; then the row is erased. The mail itself is then in your mailbox and under your provider's rules.",
            ),
            (
                "Your session.",
                "A random number in a cookie, so that you need not prove yourself again for each message, with keyed hashes of the addresses you proved (and of their domains) and of the account you signed in with, the provider's name, and how and when each was proved. It ends when you sign out, here or everywhere, after 30 minutes without use, and after 8 hours at the latest.",
            ),
            (
                "A sign-in with an account, while it runs.",
                "A random number in a second cookie, and what is needed to check the provider's answer. Good once, for 10 minutes at most.",
            ),
            (
                "This browser, only if the operator has switched on a notice about new browsers.",
                "A random number in a cookie that lasts up to 400 days, and one keyed hash of it and each address it signed in with. So that a mail can tell you when another browser signs in as you. Erased when it is not used for as long as the cookie lasts, and for this browser by “Erase all of it”.",
            ),
            (
                "Remembered mailboxes, where you ask for it or make a passkey.",
                "A keyed hash of the account (or the passkey), a keyed hash of the address, how it was proved, and when. So that you need no passcode next time. Until it ages out (90 days by default, set by the operator), or until you remove it at “Your sign-ins”. Never kept for addresses that the operator lists as shared.",
            ),
            (
                "Passkeys, where you make one.",
                "The public key, random numbers that name it, a counter, when it was made and last used, and a keyed hash of the account it was made under, if there was one. No name and no fingerprint of yours. Until you remove it at “Your sign-ins”, or until it ages out.",
            ),
            (
                "A random number for this browser tab.",
                "So that a passcode works only where it was asked for. In the tab's own storage; gone when the tab closes.",
            ),
            (
                "Your network, as a keyed hash.",
                "Your IP address is used to answer you. To limit how many passcodes are asked for, a keyed hash of its network part (not of the full address) is stored; its key changes daily and the rows are erased daily. The address itself is not stored.",
            ),
            (
                "An audit record.",
                "For each message: what was asked, when, with which outcome, and the keyed hash of the address. No address in clear, no IP address, no browser. It lets the sender and the operator show who could open a message. Kept for 365 days, unless the operator has set another time; then it is erased.",
            ),
            (
                "The log.",
                "Time, kind of request, outcome, duration and a random request id. No address, no message id, no passcode, no key, no IP address.",
            ),
        ],
    },
    Section {
        title: "What stays in your browser",
        paragraphs: &[],
        points: &[
            (
                "The sealed message, still encrypted.",
                "Kept for this tab so that a reload does not lose it. Erased when the message is opened, and after 15 minutes at the latest when Sealpost starts again.",
            ),
            (
                "The address you typed, while you sign in with an account.",
                "In this tab's own storage, so that you find the form as you left it. Erased when you come back.",
            ),
            (
                "That a passkey was made or used here.",
                "One mark in this browser's storage, without any name, so that this way is shown first next time. Erased with “Erase all of it”, or with this site's data in your browser. The passkey itself, listed under the address you typed, is kept by your device or password manager.",
            ),
            (
                "The decrypted message.",
                "Only in the memory of the open page: never in the browser's storage, history or cache. Gone when you sign out, leave or close the page. What you download or print is yours to protect.",
            ),
            (
                "Images in the message that lie on the internet.",
                "Not loaded, because loading would tell their owner that, when and where you read the message.",
            ),
        ],
    },
    Section {
        title: "Numbers about use",
        paragraphs: &[
            "None are kept at present: the portal does not count how often messages are opened, by whom or with what. Should an operator's portal count one day, it will be totals only, without address, message id or IP address, and this statement will say so first.",
        ],
        points: &[],
    },
    Section {
        title: "Who else receives data",
        paragraphs: &[
            "The operator's mail server delivers the passcode to your mailbox, and so learns your address and that a passcode was sent. The sender can ask the portal how often, and when last, the key of a message was released. The provider of an account, if you choose one to sign in with, learns what is said above. Nobody else receives anything, and nothing is sold.",
            "Backups of the portal's database, if the operator makes them, can hold the records above longer; the keys in them stay encrypted.",
        ],
        points: &[],
    },
    Section {
        title: "Your choices",
        paragraphs: &[
            "You can refuse to open a message here and ask the sender for another way. You can sign out at any time, here or on all your devices. The page “Your sign-ins” (at the bottom of each page, address /me) shows what is remembered for your account and passkeys, and erases it. You can ask the operator what is stored about an address, and to erase it, as far as the law of your country gives you that right; the operator can find it only by the address you name, because only keyed hashes are stored.",
        ],
        points: &[],
    },
    Section {
        title: "Changes",
        paragraphs: &[
            "When this statement changes, the date at its top changes with it. The organisation that sent you the message can tell you about changes to its own practices.",
        ],
        points: &[],
    },
];
