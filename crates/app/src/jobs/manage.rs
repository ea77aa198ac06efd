//! Looking at jobs, stopping them and filing them again.

use vitrina_domain::{
    id::JobId,
    job::{Job, JobState, LogLine},
};
use vitrina_store::Cancelled;

use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize, own},
};

impl App {
    /// Jobs in a state or in any, newest first, older than one.
    pub async fn jobs(
        &self,
        actor: &Actor,
        state: Option<JobState>,
        before: Option<JobId>,
        limit: u64,
    ) -> Result<Vec<Job>, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        Ok(self.store().jobs(state, before, limit).await?)
    }

    /// A job. Who filed it may look at it as well as the operator.
    pub async fn job(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        own(actor, self.store().job(id).await?, |job| &job.actor, "job")
    }

    /// Lines of the log of a job, after one.
    pub async fn job_log(
        &self,
        actor: &Actor,
        id: JobId,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LogLine>, AppError> {
        self.job(actor, id).await?;
        Ok(self.store().job_log(id, after, limit).await?)
    }

    /// Stops a job, at once when it waits and within a few seconds when it runs; the job as it is then.
    pub async fn cancel_job(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        let job = self.job(actor, id).await?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        match tx.cancel_job(id).await? {
            Cancelled::AtOnce | Cancelled::Asked => tx.commit().await?,
            Cancelled::TooLate => return Err(AppError::JobState(job.state)),
            Cancelled::NoSuch => return Err(AppError::NotFound("job")),
        }
        self.job(actor, id).await
    }

    /// Files a job again that was given up or stopped; the job as it is then.
    pub async fn retry_job(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        let job = self.job(actor, id).await?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        if !tx.retry_job(id).await? {
            return Err(AppError::JobState(job.state));
        }
        tx.commit().await?;
        self.call_workers();
        self.job(actor, id).await
    }
}
