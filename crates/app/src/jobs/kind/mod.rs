//! The kinds of work, one file each.

mod deliver_webhook;
mod forget_deliveries;
mod forget_jobs;
mod ping_webhook;

pub(super) use deliver_webhook::DeliverWebhook;
pub(super) use forget_deliveries::ForgetDeliveries;
pub(super) use forget_jobs::ForgetJobs;
pub(super) use ping_webhook::PingWebhook;
