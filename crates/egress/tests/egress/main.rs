//! The way out, against peers on this machine that lie, stall and lead astray.

#![cfg(test)]

mod confusion;
mod hostile;
mod mail;
mod manners;
mod names;
mod oidc;
mod oracle;
mod proxy;
mod redirects;
mod spellings;
mod ssrf;
mod support;
mod tls;
mod unpacking;
mod webhook;
