//! What one client may take of the server before a handler sees the request.

use std::time::Duration;

/// Times and caps of connections; the defaults are the posture of a public server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte of a request (or the opening of the connection) to the end of its headers: 10 s.
    pub header_read: Duration,
    /// How long a kept-alive connection may wait for its next request: 60 s.
    pub idle: Duration,
    /// The most bytes of request line and headers: 16 KiB.
    pub header_bytes: usize,
    /// The most header fields: 100.
    pub header_fields: usize,
    /// The longest address: 8 KiB.
    pub uri_bytes: usize,
    /// The most connections at once: 8192. More wait in the kernel's queue.
    pub connections: usize,
    /// The most connections from one address (one /64 of IPv6) at once: 128. Loopback is exempt.
    pub connections_per_address: usize,
    /// Over which time a body must make progress: 30 s.
    pub progress_window: Duration,
    /// How many bytes a body or an answer must move in that time: 30 KiB, that is 1 KiB/s.
    pub progress_bytes: u64,
    /// How long an idle connection stays open after the server was told to stop, for a request that is on its
    /// way: 250 ms.
    pub linger: Duration,
    /// How long requests in flight may take after the server was told to stop: 30 s.
    pub drain: Duration,
    /// The longest pause after a failed accept, for example when file descriptors ran out: 1 s.
    pub accept_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_read: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            header_bytes: 16 * 1024,
            header_fields: 100,
            uri_bytes: 8 * 1024,
            connections: 8192,
            connections_per_address: 128,
            progress_window: Duration::from_secs(30),
            progress_bytes: 30 * 1024,
            linger: Duration::from_millis(250),
            drain: Duration::from_secs(30),
            accept_pause: Duration::from_secs(1),
        }
    }
}
