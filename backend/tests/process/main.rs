//! Tests of the real binary: its commands, real mail over SMTP, TLS, the end by SIGTERM and by SIGKILL, what it logs.

#[cfg(test)]
mod authority;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod mail_security;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod tls;
