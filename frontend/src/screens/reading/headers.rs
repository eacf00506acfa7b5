//! Owns who sent the message and what its headers say.

use leptos::prelude::*;
use sealpost_message::{Address, MessageView};

use crate::{reading::parse::OpenedMessage, words};

/// The subject, or words for none.
pub(super) fn subject(view: &MessageView) -> String {
    match view.subject.as_deref().map(str::trim) {
        None | Some("") => words::no_subject().to_owned(),
        Some(subject) => subject.to_owned(),
    }
}

/// Most people of a line that are shown.
const PEOPLE: usize = 100;

/// The verified sender, and a warning where the From line names somebody else.
pub(super) fn sender(message: &OpenedMessage) -> impl IntoView + use<> {
    let portal = leptos::prelude::location().host().unwrap_or_default();
    let registered = message.sender.address.clone();
    let warning = warning(message).map(|text| {
        view! {
            <div class="notice" role="alert">
                <p class="what">{words::sender_differs()}</p>
                <p>{text}</p>
            </div>
        }
    });
    view! {
        <section class="sender">
            <p class="label">{words::verified_by(&portal)}</p>
            <p class="who">
                <bdi dir="ltr">{registered}</bdi>
                <span class="organisation"><bdi>{message.sender.organisation.clone()}</bdi></span>
                <span class="badge verified">{words::verified()}</span>
            </p>
        </section>
        {warning}
    }
}

/// What to say where the From line names somebody else.
fn warning(message: &OpenedMessage) -> Option<String> {
    let (from, registered) = (&message.view.from, &message.sender.address);
    differs(from, registered, ascii_domain).then(|| {
        let inside = match from.as_slice() {
            [] => words::no_sender().to_owned(),
            from => listed(from, |person| person.address.clone()),
        };
        words::sender_differs_help(&inside, registered)
    })
}

/// Whether From is anything but exactly the registered sender. Domains and, as mail is used, local parts are compared
/// without case, and domains as `ascii_domain` spells them: the portal keeps A-labels, mail may write U-labels (RFC 5890).
fn differs(
    from: &[Address],
    registered: &str,
    ascii_domain: impl Fn(&str) -> Option<String>,
) -> bool {
    let canonical = |address: &str| {
        let (local, domain) = address.trim().rsplit_once('@')?;
        Some((local.to_ascii_lowercase(), ascii_domain(domain)?))
    };
    let [one] = from else { return true };
    let same = one.address.trim().eq_ignore_ascii_case(registered)
        || canonical(&one.address).is_some_and(|one| canonical(registered) == Some(one));
    !same
}

/// The domain as A-labels, by the browser's own UTS 46; `None` for what is more or less than a domain.
fn ascii_domain(domain: &str) -> Option<String> {
    let is_domain = !domain.is_empty()
        && domain.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, '-' | '.') || !(c.is_ascii() || c.is_whitespace())
        });
    is_domain
        .then(|| web_sys::Url::new(&format!("http://{domain}")).ok())
        .flatten()
        .map(|url| url.hostname())
}

/// At most [`PEOPLE`], and how many more there are.
fn listed(people: &[Address], spell: impl Fn(&Address) -> String) -> String {
    let shown = people.iter().take(PEOPLE).map(spell);
    let more = (people.len() > PEOPLE).then(|| words::more_people(people.len() - PEOPLE));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

/// From, To, Cc, Reply-To, Date; what is missing has no row.
pub(super) fn headers(view: &MessageView) -> impl IntoView + use<> {
    let date = view.date.as_deref().map(words::dates::long);
    let rows = rows(view).into_iter().map(|(label, people)| {
        let more = (people.len() > PEOPLE).then(|| words::more_people(people.len() - PEOPLE));
        let people: Vec<_> = people.iter().take(PEOPLE).map(person).collect();
        view! { <div class="row"><dt>{label}</dt><dd>{people} {more}</dd></div> }
    });
    let rows: Vec<_> = rows.collect();
    let date =
        date.map(|date| view! { <div class="row"><dt>{words::date()}</dt><dd>{date}</dd></div> });
    view! { <dl class="headers">{rows} {date}</dl> }
}

fn rows(view: &MessageView) -> Vec<(&'static str, &[Address])> {
    [
        (words::from(), view.from.as_slice()),
        (words::to(), view.to.as_slice()),
        (words::cc(), view.cc.as_slice()),
        (words::reply_to(), view.reply_to.as_slice()),
    ]
    .into_iter()
    .filter(|(_, people)| !people.is_empty())
    .collect()
}

fn person(person: &Address) -> impl IntoView + use<> {
    // The address always shows: a name alone can claim to be anybody.
    let name = (!person.name.is_empty() && person.name != person.address)
        .then(|| view! { <bdi class="name">{person.name.clone()}</bdi> " " });
    view! { <span class="person">{name}<bdi class="address" dir="ltr">{person.address.clone()}</bdi></span> }
}

/// The same headers as text, for the printed page: first who is verified, and the warning.
pub(super) fn printed(message: &OpenedMessage) -> Vec<(String, String)> {
    let sender = &message.sender;
    let mut lines = vec![(
        words::verified().to_owned(),
        format!("{} ({})", sender.address, sender.organisation),
    )];
    lines.extend(warning(message).map(|text| (words::sender_differs().to_owned(), text)));
    lines.extend(lines_of(&message.view));
    lines
}

fn lines_of(view: &MessageView) -> Vec<(String, String)> {
    let spell = |person: &Address| match person.name.as_str() {
        "" => person.address.clone(),
        name => format!("{name} <{}>", person.address),
    };
    let mut lines: Vec<_> = rows(view)
        .into_iter()
        .map(|(label, people)| (label.to_owned(), listed(people, spell)))
        .collect();
    if let Some(date) = view.date.as_deref() {
        lines.push((words::date().to_owned(), words::dates::long(date)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(addresses: &[&str]) -> Vec<Address> {
        addresses
            .iter()
            .map(|address| Address {
                name: String::new(),
                address: (*address).to_owned(),
            })
            .collect()
    }

    #[test]
    fn only_exactly_the_registered_sender_goes_without_a_warning() {
        let differs = |inside: &[&str], registered: &str| {
            // Stands for the browser's UTS 46.
            differs(&from(inside), registered, |domain| {
                let ascii = domain.to_lowercase();
                Some(ascii.replace("b\u{fc}cher", "xn--bcher-kva"))
            })
        };
        for same in ["Alice@Example.com", " alice@example.com "] {
            assert!(!differs(&[same], "alice@example.com"), "{same}");
        }
        let registered = "alice@xn--bcher-kva.example";
        assert!(!differs(&["alice@B\u{fc}cher.example"], registered));
        assert!(!differs(&["alice@xn--bcher-kva.example"], registered));
        assert!(differs(&["alice@bucher.example"], registered));
        for other in [
            &["mallory@example.com"][..],
            &["alice@example.com", "bob@example.com"],
            &["alice"],
            &[],
        ] {
            assert!(differs(other, "alice@example.com"), "{other:?}");
        }
    }

    #[test]
    fn a_hundred_people_are_listed_and_the_others_counted() {
        let people = |number: usize| vec!["a@b"; number];
        let line = |number| listed(&from(&people(number)), |person| person.address.clone());
        assert_eq!(line(PEOPLE), vec!["a@b"; PEOPLE].join(", "));
        assert!(line(PEOPLE + 2).ends_with(&words::more_people(2)));
        assert_eq!(line(PEOPLE + 2).matches('@').count(), PEOPLE);
    }

    #[test]
    fn a_url_is_no_domain() {
        for domain in [
            "",
            "a.example/",
            "x@a.example",
            "a.example:80",
            "a%2eexample",
            "a b",
        ] {
            assert_eq!(ascii_domain(domain), None, "{domain}");
        }
    }
}
