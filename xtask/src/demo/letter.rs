//! Owns the letter that the demo seals: an ordinary mail as a company writes it.

use anyhow::Result;
use lettre::{
    Message,
    message::{Attachment, MultiPart, SinglePart, header::ContentType},
};

/// Who writes. The token of the demo may seal for this domain.
pub(super) const SENDER: &str = "nora.lindqvist@energy.example.com";
pub(super) const DOMAIN: &str = "energy.example.com";
/// Who reads.
pub(super) const RECIPIENT: &str = "robin.jansen@example.org";

const TEXT: &str = include_str!("../../demo/message.txt");
const HTML: &str = include_str!("../../demo/message.html");
const CHART: &[u8] = include_bytes!("../../demo/usage.png");
/// What the HTML calls the chart by.
const CHART_ID: &str = "usage@energy.example.com";
const STATEMENT: &[u8] = include_bytes!("../../demo/final-statement-2026.pdf");
const READINGS: &[u8] = include_bytes!("../../demo/meter-readings-2026.csv");

/// The letter as RFC 5322 bytes, dated now.
pub(super) fn compose() -> Result<Vec<u8>> {
    let chart = Attachment::new_inline(CHART_ID.into())
        .body(CHART.to_vec(), "image/png".parse::<ContentType>()?);
    let body = MultiPart::alternative()
        .singlepart(SinglePart::plain(TEXT.to_owned()))
        .multipart(
            MultiPart::related()
                .singlepart(SinglePart::html(HTML.to_owned()))
                .singlepart(chart),
        );
    let statement = Attachment::new("Final statement 2026.pdf".into()).body(
        STATEMENT.to_vec(),
        "application/pdf".parse::<ContentType>()?,
    );
    let readings = Attachment::new("Meter readings 2026.csv".into()).body(
        READINGS.to_vec(),
        "text/csv; charset=utf-8".parse::<ContentType>()?,
    );
    let letter = Message::builder()
        .from(format!("Nora Lindqvist <{SENDER}>").parse()?)
        .to(format!("Robin Jansen <{RECIPIENT}>").parse()?)
        .subject("Your final statement for 2026")
        .message_id(None)
        .multipart(
            MultiPart::mixed()
                .multipart(body)
                .singlepart(statement)
                .singlepart(readings),
        )?;
    Ok(letter.formatted())
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders as _};

    use super::*;

    #[test]
    fn the_letter_has_text_html_an_inline_picture_and_two_attachments() {
        let raw = compose().unwrap();
        let letter = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(letter.subject(), Some("Your final statement for 2026"));
        assert!(letter.date().is_some() && letter.message_id().is_some());
        assert!(letter.body_text(0).unwrap().contains("76.39 EUR"));
        assert!(
            letter
                .body_html(0)
                .unwrap()
                .contains(&format!("cid:{CHART_ID}"))
        );
        let chart = letter
            .parts
            .iter()
            .find(|part| part.content_id() == Some(CHART_ID))
            .unwrap();
        assert_eq!(chart.contents(), CHART);
        let named: Vec<_> = letter
            .parts
            .iter()
            .filter_map(|part| part.attachment_name())
            .collect();
        assert_eq!(
            named,
            ["Final statement 2026.pdf", "Meter readings 2026.csv"]
        );
        assert!(STATEMENT.starts_with(b"%PDF-1.4") && STATEMENT.ends_with(b"%%EOF\n"));
    }
}
