//! The kinds of work, one file each.

mod check_files;
mod collect_files;
mod forget_jobs;
mod inspect_file;

pub(super) use check_files::CheckFiles;
pub(super) use collect_files::CollectFiles;
pub(super) use forget_jobs::ForgetJobs;
pub(crate) use inspect_file::InspectFile;
