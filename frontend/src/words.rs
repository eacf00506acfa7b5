//! Owns every sentence the app shows: the one catalogue. What varies is a named argument, so that a translation can
//! place it where its grammar wants it. Sentences about failures are in [`errors`],
//! about signing in in [`sign_in`], of the person's own page in [`me`], the privacy statement in [`privacy`].

macro_rules! sentences {
    ($($name:ident = $text:literal;)*) => {
        $(
            #[doc = $text]
            pub(crate) const fn $name() -> &'static str {
                $text
            }
        )*
    };
}

pub(crate) mod dates;
pub(crate) mod errors;
pub(crate) mod me;
pub(crate) mod privacy;
pub(crate) mod sign_in;

sentences! {
    // - every screen
    product = "Sealpost";
    privacy = "Privacy statement";
    opens_in_new_tab = "(opens in a new tab)";
    promise = "Sealpost never asks for the password of your mailbox, and your message is decrypted only in this browser.";
    busy = "One moment…";
    signed_in = "You are signed in.";
    reading_file = "Reading the file…";

    // - landing
    landing_title = "Open a sealed message";
    landing_lead = "You received an email with an attachment called message.html. It holds a message that only its recipients can read. Open the attachment, or bring it here.";
    choose_file = "Choose the attachment";
    or_drop = "or drop it anywhere on this page";
    drop_here = "Drop the attachment to open it";
    accepts = "message.html, the whole mail as .eml, or a .sealed file. It stays on this device.";
    paste_title = "Paste it instead";
    paste_label = "The link from the attachment, or the text of the attachment";
    paste_open = "Open what I pasted";
    paste_empty = "Paste something first.";
    phone_title = "On a phone or tablet";
    phone_1 = "In your mail app, touch and hold the attachment message.html, and save it: “Save to Files” on iPhone and iPad, “Download” on Android.";
    phone_2 = "Come back to this page, tap “Choose the attachment”, and pick the file.";
    phone_3 = "If the mail app shows the attachment with a button “Open the message”, that button brings you here too.";
    how_title = "How it works";
    how_1 = "The message travels inside the attachment, encrypted. This portal never receives it.";
    how_2 = "You show that the mailbox is yours: with its account, a passkey, or a one-time passcode mailed to it.";
    how_3 = "The portal then releases the key, and your browser decrypts the message on your device.";

    // - arrived
    arrived_title = "A sealed message for you";
    unverified_label = "Says it is from";
    unverified = "Not verified yet";
    unverified_help = "Anyone can write a name here. Who really sent it shows once you have proved that the mailbox is yours.";
    sealed_on = "Sealed";
    size = "Size";
    address_label = "The address this message was sent to";
    address_help = "You prove next that this mailbox is yours: by a one-time passcode mailed to it, or another way that this portal offers for it.";
    address_missing = "Type your email address.";
    address_empty = "Type the email address this message was sent to.";
    open_message = "Open the message";
    nothing_sent_yet = "Nothing about this message leaves your browser before you press the button. The message itself never does.";
    not_kept = "This browser does not let the page store anything, so the message is lost when you reload. Read it now, or open the attachment again later.";
    other_message = "Open another message";

    // - passcode
    passcode_title = "Type the passcode";
    passcode_label = "One-time passcode";
    reference_label = "Reference code";
    reference_help = "The subject of the mail shows it too.";
    older_mail = "A mail with another reference code is an older one: its passcode no longer works.";
    resend = "Send a new passcode";
    resent = "A new passcode is on its way. The one before no longer works.";
    another_address = "Use another address";
    verify = "Continue";
    checking = "Checking the passcode…";
    passcode_gone = "This passcode has expired.";
    no_mail_title = "No mail?";
    no_mail_1 = "It can take a minute or two. Look into the spam or junk folder as well.";
    no_mail_2 = "A passcode is mailed only if the message was sent to exactly this address. An alias, a group or a forwarded mail has another one: look at the To line of the mail that brought the attachment.";
    no_mail_3 = "Only type the passcode on this page. Nobody from the sender or from this portal asks you for it.";

    // - opening
    opening_title = "Opening your message";
    decrypting = "Decrypting in this browser…";

    // - reading
    from = "From";
    to = "To";
    cc = "Cc";
    reply_to = "Reply to";
    date = "Date";
    no_subject = "(no subject)";
    no_sender = "(no sender)";
    attachments = "Attachments";
    download = "Download";
    saved = "Saved to your downloads.";
    attachment_note = "Attachments are saved as they are. Open only what you expect from this sender.";
    print = "Print";
    sign_out = "Sign out";
    reading_title = "Your message";
    body_title = "Text of the message";
    body_loading = "Preparing the text…";
    body_empty = "This message has no text.";
    body_too_long = "The text is too long to be shown here. Download it from the list of attachments above.";
    body_failed = "The text could not be shown in this browser. Reload the page and open the attachment again, or use another browser. Attachments can still be downloaded.";
    show_plain = "Show as plain text";
    show_formatted = "Show formatted";
    verified = "Verified sender";
    sender_differs = "The sender line does not match";
    link_warning = "Links open in a new tab. This message was sealed by its sender, but that does not make every link in it safe.";

    // - after
    signed_out_title = "You are signed out";
    signed_out_text = "The message and its key are wiped from this browser, and the session is over. To read it again, open the attachment in your mail.";
    signed_out_local = "The message and its key are wiped from this browser. The portal could not be reached to end the session: it ends by itself within 30 minutes. Close the browser on a shared device.";
    closed_title = "The message is closed";
    closed_text = "What was decrypted was wiped when you left the page.";
    closed_again = "To read it again, open the attachment in your mail.";

    // - receive
    receive_title = "Receiving your message";
    receive_text = "The attachment hands the message to this page. This takes a moment.";
    receive_waiting = "Nothing has come yet. If it stays like this, choose the attachment yourself:";

    // - ways on, from a screen that says what went wrong
    try_again = "Try again";
    back_to_message = "Back to the message";
    new_passcode = "Get a new passcode";
    start_over = "Open another message";
    request_id = "Request id";
    request_id_help = "Quote it if you ask for help.";
    help_at = "Help";
}

/// Title of the document: what the screen is, then the product.
pub(crate) fn document_title(screen: &str) -> String {
    format!("{screen} · {}", product())
}

/// Who runs the portal, under the product's name.
pub(crate) fn operated_by(operator: &str) -> String {
    format!("Secure messages of {operator}")
}

/// Where the code went.
pub(crate) fn passcode_sent(address: &str) -> String {
    format!(
        "If the message was sent to {address}, a mail with a passcode of 8 digits is on its way there."
    )
}

/// Time left to type the passcode.
pub(crate) fn passcode_left(clock: &str) -> String {
    format!("The passcode expires in {clock}.")
}

/// Time left until another passcode can be asked for.
pub(crate) fn resend_wait(clock: &str) -> String {
    format!("Send a new passcode (in {clock})")
}

/// Progress in bytes.
pub(crate) fn bytes_of(done: &str, total: &str) -> String {
    format!("{done} of {total}")
}

/// The registered sender.
pub(crate) fn verified_by(portal: &str) -> String {
    format!("{portal} confirms who sealed this message:")
}

/// People of a header line that are not shown.
pub(crate) fn more_people(count: usize) -> String {
    format!("and {count} more")
}

/// The From line inside is not the registered sender's.
pub(crate) fn sender_differs_help(inside: &str, registered: &str) -> String {
    format!(
        "The message says it is from {inside}, but {registered} sealed it. That can be an assistant or a mailing system. If you do not expect it, ask the sender in another way before you act on it."
    )
}

/// Remote images that stay out.
pub(crate) fn remote_images(count: u32) -> String {
    let images = if count == 1 {
        "1 image".to_owned()
    } else {
        format!("{count} images")
    };
    format!(
        "{images} from the internet not loaded: loading would tell others that, when and where you read this message."
    )
}

/// How many attachments, and how large together.
pub(crate) fn attachment_count(count: usize, total: &str) -> String {
    let files = if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    };
    format!("{files}, {total}")
}

/// Names a download button for those who cannot see its row.
pub(crate) fn download_name(name: &str, size: &str) -> String {
    format!("Download {name}, {size}")
}

/// A size a person can read: decimal units, as file managers show them.
pub(crate) fn size_of(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return if bytes == 1 {
            "1 byte".to_owned()
        } else {
            format!("{bytes} bytes")
        };
    }
    let (mut unit, mut name) = (1000_u128, 0);
    let bytes = u128::from(bytes);
    // What would round to 1000 of a unit is 1 of the next.
    while name + 1 < UNITS.len() && bytes >= unit * 1000 - unit / 2 {
        unit *= 1000;
        name += 1;
    }
    let name = UNITS[name];
    let tenths = (bytes * 10 + unit / 2) / unit;
    if tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", (bytes + unit / 2) / unit)
    }
}

/// A time to wait, in words, rounded up.
pub(crate) fn wait(seconds: u32) -> String {
    let (count, one, many) = match seconds {
        0..=90 => (seconds.max(1), "second", "seconds"),
        91..=5400 => (seconds.div_ceil(60), "minute", "minutes"),
        _ => (seconds.div_ceil(3600), "hour", "hours"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A countdown as a clock: `9:05`.
pub(crate) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_round_once() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1 kB"),
            (1949, "1.9 kB"),
            (9_950, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1 MB"),
            (1_000_000, "1 MB"),
            (31_457_280, "31 MB"),
            (2_500_000_000, "2.5 GB"),
        ] {
            assert_eq!(size_of(bytes), words, "{bytes}");
        }
    }

    #[test]
    fn waits_round_up_and_agree_in_number() {
        for (seconds, words) in [
            (0, "1 second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (91, "2 minutes"),
            (3600, "60 minutes"),
            (5401, "2 hours"),
            (86_400, "24 hours"),
        ] {
            assert_eq!(wait(seconds), words, "{seconds}");
        }
        assert_eq!(clock(545), "9:05");
    }
}
