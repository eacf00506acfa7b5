//! Owns opening without the portal: for recovery, and for other implementations to compare with.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use sealpost_crypto::{
    open::{EnvelopeError, open},
    release::ReleasedKey,
};
use zeroize::Zeroizing;

use crate::{
    Failure, arrival,
    notes::{note, to_stdout},
    output,
};

/// `sealpost open`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Attachment page, carrier mail or raw envelope; `-` for standard input
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
    /// What `seal --save-release-key` wrote; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub release_key: PathBuf,
    /// Write the email here instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Decrypts, and writes the email as it was sealed, byte for byte.
///
/// # Errors
/// Nothing is written unless all of the message is authentic.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let stdin = Path::new("-");
    if arguments.input == stdin && arguments.release_key == stdin {
        return Err(Failure::usage(
            "The file and the release key cannot both come from standard input.",
            "Name a file for one of them.",
        ));
    }
    let read = [arguments.input.as_path(), &arguments.release_key];
    let files: Vec<_> = read
        .into_iter()
        .filter(|file| *file != stdin)
        .chain(arguments.output.as_deref())
        .collect();
    output::distinct(&files)?;
    let released = read_release_key(&arguments.release_key)?;
    let found = arrival::read(&arguments.input)?;
    let plaintext = open(&found.envelope, released).map_err(|error| match error {
        EnvelopeError::Parse(error) => arrival::damaged(&arguments.input, &error),
        error => Failure::new(
            format!("{}: {error}.", arguments.input.display()),
            "Check that the release key belongs to this message, and get the file again.",
        ),
    })?;
    match &arguments.output {
        Some(file) => {
            output::write(file, &plaintext.message)?;
            note(format_args!("email: {}", file.display()));
            Ok(())
        }
        None => to_stdout(&plaintext.message),
    }
}

fn read_release_key(file: &Path) -> Result<ReleasedKey, Failure> {
    // One byte more than a key has, so that a longer file is noticed.
    let mut bytes = Zeroizing::new(Vec::with_capacity(65));
    let mut read = |source: &mut dyn Read| source.take(65).read_to_end(&mut bytes);
    let result = if file == Path::new("-") {
        read(&mut io::stdin().lock())
    } else {
        File::open(file).and_then(|mut open| read(&mut open))
    };
    let fail = |reason: &dyn std::fmt::Display| {
        Failure::new(
            format!(
                "The release key {} cannot be used: {reason}.",
                file.display()
            ),
            "Give the file that `seal --save-release-key` wrote.",
        )
    };
    result.map_err(|error| fail(&error))?;
    let key: &[u8; 64] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| fail(&"it does not have 64 bytes"))?;
    Ok(ReleasedKey::from_bytes(key))
}
