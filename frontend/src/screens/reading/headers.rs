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

/// The verified sender, and a warning where the From line names somebody else.
pub(super) fn sender(message: &OpenedMessage) -> impl IntoView + use<> {
    let portal = leptos::prelude::location().host().unwrap_or_default();
    let registered = message.sender.address.clone();
    let warning = differs(&message.view.from, &registered).then(|| {
        let inside = match message.view.from.as_slice() {
            [] => words::no_sender().to_owned(),
            from => from
                .iter()
                .map(|from| from.address.clone())
                .collect::<Vec<_>>()
                .join(", "),
        };
        let text = words::sender_differs_help(&inside, &registered);
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

/// Whether From is anything but exactly the registered sender. Domains and, as mail is used, local parts are compared
/// without case.
fn differs(from: &[Address], registered: &str) -> bool {
    !matches!(from, [one] if one.address.trim().eq_ignore_ascii_case(registered))
}

/// From, To, Cc, Reply-To, Date; what is missing has no row.
pub(super) fn headers(view: &MessageView) -> impl IntoView + use<> {
    let date = view.date.as_deref().map(words::dates::long);
    let rows = rows(view).into_iter().map(|(label, people)| {
        let people: Vec<_> = people.iter().map(person).collect();
        view! { <div class="row"><dt>{label}</dt><dd>{people}</dd></div> }
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

/// The same headers as text, for the printed page.
pub(super) fn printed(view: &MessageView) -> Vec<(String, String)> {
    let spell = |person: &Address| match person.name.as_str() {
        "" => person.address.clone(),
        name => format!("{name} <{}>", person.address),
    };
    let mut lines: Vec<_> = rows(view)
        .into_iter()
        .map(|(label, people)| {
            (
                label.to_owned(),
                people.iter().map(spell).collect::<Vec<_>>().join(", "),
            )
        })
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
        assert!(!differs(&from(&["Alice@Example.com"]), "alice@example.com"));
        assert!(differs(
            &from(&["mallory@example.com"]),
            "alice@example.com"
        ));
        assert!(differs(
            &from(&["alice@example.com", "bob@example.com"]),
            "alice@example.com"
        ));
        assert!(differs(&[], "alice@example.com"));
    }
}
