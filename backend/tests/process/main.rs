//! Tests of the real binary: its commands, real mail over SMTP, TLS, the end by SIGTERM and by SIGKILL, what it logs.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod tls;
