//! The worker's end: limits, fence, work, answer.

use std::{
    fs::File,
    io::{self, BufReader, Write as _},
    os::fd::AsFd as _,
};

use vitrina_tabular::InspectError;

use super::{
    confine,
    protocol::{Frame, Task},
};
use crate::failure::{Exit, Failure};

/// Does the task that the argument tells, on the file that is standard input.
pub(crate) fn run(task: &str) -> Result<Exit, Failure> {
    let task: Task = serde_json::from_str(task).map_err(|error| {
        Failure::because("the task cannot be read", error).help("only `vitrina` itself gives tasks")
    })?;
    let frames = match confined(&task) {
        Ok(file) => look(file, &task),
        Err(error) => vec![Frame::Failed { message: format!("a worker cannot be confined: {error}") }],
    };
    let mut out = io::stdout().lock();
    for frame in frames {
        serde_json::to_writer(&mut out, &frame).map_err(io::Error::from)?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Gives up everything but the file.
fn confined(task: &Task) -> io::Result<File> {
    confine::die_with(task.parent)?;
    confine::limit(task.limits)?;
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    confine::fence()?;
    Ok(file)
}

fn look(file: File, task: &Task) -> Vec<Frame> {
    match vitrina_tabular::inspect(BufReader::new(file), task.extension.as_deref()) {
        Ok(inspection) => vec![Frame::Inspection { inspection: Box::new(inspection) }, Frame::Done],
        Err(InspectError::Refused(refusal)) => vec![Frame::Refused { refusal }],
        Err(InspectError::Io(error)) => vec![Frame::Failed { message: error.to_string() }],
    }
}
