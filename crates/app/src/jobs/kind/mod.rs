//! The kinds of work, one file each.

mod check_files;
mod collect_files;
mod deliver_webhook;
mod forget_deliveries;
mod forget_jobs;
mod forget_letters;
mod inspect_file;
mod ping_webhook;
mod send_letter;

pub(super) use check_files::CheckFiles;
pub(super) use collect_files::CollectFiles;
pub(crate) use deliver_webhook::DeliverWebhook;
pub(super) use forget_deliveries::ForgetDeliveries;
pub(super) use forget_jobs::ForgetJobs;
pub(super) use forget_letters::ForgetLetters;
pub(crate) use inspect_file::InspectFile;
pub(crate) use ping_webhook::PingWebhook;
pub(crate) use send_letter::SendLetter;
