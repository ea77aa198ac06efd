//! An object store on this machine that speaks S3 and checks signatures, over a folder that goes with it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use hyper_util::rt::TokioIo;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

const KEY: &str = "VITRINA";

/// With the characters that a secret has and an address has not.
const SECRET: &str = "se/cr+et=";
const SECRET_ENCODED: &str = "se%2Fcr%2Bet%3D";

const NAME: &str = "datos";

/// A bucket; it ends when it is dropped.
#[derive(Debug)]
pub struct Bucket {
    address: SocketAddr,
    folder: TempDir,
    server: JoinHandle<()>,
}

impl Bucket {
    /// Starts a store with one empty bucket.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join(NAME))?;
        let files = FileSystem::new(folder.path()).map_err(|error| anyhow!("{error:?}"))?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                // A connection that breaks is the business of whoever made it.
                tokio::spawn(async move {
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(Self { address, folder, server })
    }

    /// Its address as the setting `files_url` has it.
    pub fn url(&self) -> String {
        format!("s3+http://{KEY}:{SECRET_ENCODED}@{}/{NAME}/vitrina", self.address)
    }

    /// The folder in which the store keeps everything.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file in which the store keeps the object of a digest.
    pub fn path(&self, sha256: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.path().join(NAME).join("vitrina/sha256").join(sha256);
        path.is_file().then_some(path).context("no such object")
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.server.abort();
    }
}
