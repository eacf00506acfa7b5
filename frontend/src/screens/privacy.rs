//! Owns the page of the privacy statement.

use leptos::prelude::*;

use crate::{
    app::App,
    words::privacy::{self, Section},
};

/// The statement, with the operator's name and contact once the portal has told them.
pub(super) fn privacy(app: App) -> impl IntoView {
    let operator = move || {
        app.portal.get().map_or_else(
            || privacy::unnamed_operator().to_owned(),
            |portal| portal.name,
        )
    };
    let sections: Vec<_> = privacy::sections().iter().map(section).collect();
    view! {
        <article class="card prose">
            <h1 tabindex="-1">{privacy::title()}</h1>
            <p class="quiet">{privacy::updated_label()} ": " <time>{privacy::last_updated()}</time></p>
            <p>{move || privacy::scope(&operator())}</p>
            {sections}
            <h2>{privacy::contact_title()}</h2>
            {move || contact(app)}
        </article>
    }
}

fn section(section: &'static Section) -> impl IntoView {
    let paragraphs: Vec<_> = section
        .paragraphs
        .iter()
        .map(|text| view! { <p>{*text}</p> })
        .collect();
    let points: Vec<_> = section
        .points
        .iter()
        .map(|(what, then)| view! { <li><strong>{*what}</strong> " " {*then}</li> })
        .collect();
    let points = (!points.is_empty()).then(|| view! { <ul>{points}</ul> });
    view! {
        <h2>{section.title}</h2>
        {paragraphs}
        {points}
    }
}

fn contact(app: App) -> impl IntoView {
    let Some(portal) = app.portal.get() else {
        return view! { <p>{privacy::contact_unreachable()}</p> }.into_any();
    };
    if portal.privacy_contact.is_none() && portal.postal_address.is_empty() {
        return view! { <p>{privacy::no_contact()}</p> }.into_any();
    }
    let mail = portal.privacy_contact.map(|address| {
        let link = format!("mailto:{address}");
        view! { <p><a href=link>{address}</a></p> }
    });
    let lines: Vec<_> = portal
        .postal_address
        .into_iter()
        .map(|line| view! { <div>{line}</div> })
        .collect();
    let post = (!lines.is_empty()).then(|| view! { <address>{lines}</address> });
    view! {
        <p>{privacy::contact(&portal.name)}</p>
        {mail}
        {post}
    }
    .into_any()
}
