//! The kinds of work, one file each.

mod forget_jobs;

pub(super) use forget_jobs::ForgetJobs;
