//! Writers that write all the time, each its own objects, and keep account of every acknowledgement.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context as _, bail, ensure};
use hyper::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use vitrina_domain::{canonical::Digest, change::Op};

use crate::{
    Answer, Http, Random,
    ledger::{Object, Way, Words},
};

/// The most objects in an import of a writer.
const BATCH: usize = 6;

/// Writers with what they wrote.
#[derive(Debug)]
pub struct Swarm {
    writers: Vec<Writer>,
    organization: String,
}

/// A swarm at work.
#[derive(Debug)]
pub struct Working {
    organization: String,
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<anyhow::Result<Writer>>>,
}

#[derive(Debug)]
struct Writer {
    name: String,
    objects: Vec<Object>,
    random: Random,
    words: Arc<Words>,
    made: usize,
}

/// What became of one request.
enum Fate {
    /// It was answered with success.
    Done(Answer),
    /// Nobody knows whether it happened.
    Unknown,
}

impl Swarm {
    /// Writers without objects, and the organization that some of the objects belong to.
    pub async fn new(
        writers: usize,
        random: &mut Random,
        words: &Arc<Words>,
        http: &Http,
    ) -> anyhow::Result<Self> {
        let made = http
            .write(
                Method::POST,
                "/api/v1/organizations",
                &[],
                &json!({"identifier": "org", "name": "Prueba"}),
            )
            .await?
            .expect(201)?;
        let organization = made.json()["id"].as_str().context("an id")?.to_owned();
        let writers = (0..writers).map(|number| Writer {
            name: format!("w{number}"),
            objects: Vec::new(),
            random: random.fork(),
            words: Arc::clone(words),
            made: 0,
        });
        Ok(Self { writers: writers.collect(), organization })
    }

    /// Lets them write until they are stopped or the server is gone.
    pub fn start(self, http: &Http) -> Working {
        let stop = Arc::new(AtomicBool::new(false));
        let writers = self.writers.into_iter().map(|writer| {
            let (http, stop, organization) = (http.clone(), Arc::clone(&stop), self.organization.clone());
            tokio::spawn(writer.work(http, stop, organization))
        });
        Working { writers: writers.collect(), stop, organization: self.organization }
    }

    /// Everything that was written.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.writers.iter().flat_map(|writer| &writer.objects)
    }

    /// Everything that was written, to be judged.
    pub fn objects_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.writers.iter_mut().flat_map(|writer| &mut writer.objects)
    }

    /// Forgets the objects that never came to be.
    pub fn forget_unborn(&mut self) {
        for writer in &mut self.writers {
            writer.objects.retain(|object| !object.versions.is_empty());
        }
    }

    /// How many writes were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.objects().map(|object| object.versions.len()).sum()
    }
}

impl Working {
    /// Waits for all writers: the server is gone, or they end after their present request.
    pub async fn end(self) -> anyhow::Result<Swarm> {
        self.stop.store(true, Ordering::Relaxed);
        let mut writers = Vec::new();
        for writer in self.writers {
            writers.push(writer.await??);
        }
        Ok(Swarm { writers, organization: self.organization })
    }
}

impl Writer {
    async fn work(mut self, http: Http, stop: Arc<AtomicBool>, organization: String) -> anyhow::Result<Self> {
        while !stop.load(Ordering::Relaxed) {
            let fate = match self.random.below(100) {
                0..35 => self.create(&http).await?,
                35..60 => self.change(&http, Method::PATCH).await?,
                60..70 => self.change(&http, Method::PUT).await?,
                70..80 => self.identified(&http, &organization).await?,
                80..86 => self.delete(&http).await?,
                86..93 => self.upload(&http).await?,
                _ => self.import(&http).await?,
            };
            if matches!(fate, Some(Fate::Unknown)) {
                break;
            }
        }
        Ok(self)
    }

    fn new_object(&mut self, way: Way) -> usize {
        self.made += 1;
        self.objects.push(Object::new(format!("{}-{}", self.name, self.made), way));
        self.objects.len() - 1
    }

    fn any(&mut self, way: Way) -> Option<usize> {
        let fits = |object: &Object| object.way == way && object.is_free();
        let free: Vec<usize> = self
            .objects
            .iter()
            .enumerate()
            .filter(|(_, object)| fits(object))
            .map(|(index, _)| index)
            .collect();
        self.random.pick(&free).copied()
    }

    /// Notes that a write is about to be sent; gives its document.
    fn begin(&mut self, index: usize) -> anyhow::Result<Value> {
        let word = self.words.next();
        let object = self.objects.get_mut(index).context("no such object")?;
        let document = object.document(&word);
        object.pending = Some(object.next(word));
        Ok(document)
    }

    /// Notes what became of it.
    fn settle(&mut self, index: usize, fate: &Fate) -> anyhow::Result<()> {
        let Fate::Done(answer) = fate else { return Ok(()) };
        let object = self.objects.get_mut(index).context("no such object")?;
        let body = answer.json();
        let id = body["id"].as_str().with_context(|| format!("no id in {body}"))?.parse()?;
        ensure!(object.id.is_none_or(|known| known == id), "{} has another id: {body}", object.identifier);
        object.id = Some(id);
        let is_delete = object.pending.as_ref().is_some_and(|version| version.op == Op::Delete);
        let hash = if is_delete { None } else { Some(body["hash"].as_str().unwrap_or_default().parse()?) };
        let tag = Some(answer.header("etag").to_owned()).filter(|tag| !tag.is_empty());
        object.acknowledge(hash, tag);
        if !is_delete {
            let revision = u64::try_from(object.versions.len())?;
            ensure!(body["revision"] == revision, "{}: revision {revision}, not {body}", object.identifier);
        }
        Ok(())
    }

    async fn create(&mut self, http: &Http) -> anyhow::Result<Option<Fate>> {
        let index = self.new_object(Way::Single);
        let document = self.begin(index)?;
        let fate = told(http.write(Method::POST, "/api/v1/datasets", &[], &document).await)?;
        self.settle(index, &fate)?;
        Ok(Some(fate))
    }

    async fn change(&mut self, http: &Http, method: Method) -> anyhow::Result<Option<Fate>> {
        let Some(index) = self.any(Way::Single) else { return Ok(None) };
        let Some((path, tag)) = self.place(http, index).await? else { return Ok(Some(Fate::Unknown)) };
        let document = self.begin(index)?;
        let fate = told(http.write(method, &path, &[("if-match", &tag)], &document).await)?;
        self.settle(index, &fate)?;
        Ok(Some(fate))
    }

    async fn delete(&mut self, http: &Http) -> anyhow::Result<Option<Fate>> {
        let Some(index) = self.any(Way::Single) else { return Ok(None) };
        let Some((path, tag)) = self.place(http, index).await? else { return Ok(Some(Fate::Unknown)) };
        self.begin(index)?;
        let object = self.objects.get_mut(index).context("no such object")?;
        let word = object.versions.last().map(|version| version.word.clone()).unwrap_or_default();
        if let Some(pending) = &mut object.pending {
            // A tombstone holds the document that there was.
            (pending.op, pending.word) = (Op::Delete, word);
        }
        let fate = told(http.send(Method::DELETE, &path, &[("if-match", &tag)], bytes::Bytes::new()).await)?;
        self.settle(index, &fate)?;
        Ok(Some(fate))
    }

    async fn identified(&mut self, http: &Http, organization: &str) -> anyhow::Result<Option<Fate>> {
        let known = if self.random.below(2) == 0 { self.any(Way::Identified) } else { None };
        let index = known.unwrap_or_else(|| self.new_object(Way::Identified));
        let tag = match known {
            Some(_) => match self.place(http, index).await? {
                Some((_, tag)) => Some(tag),
                None => return Ok(Some(Fate::Unknown)),
            },
            None => None,
        };
        let document = self.begin(index)?;
        let identifier = document["identifier"].as_str().unwrap_or_default();
        let path = format!("/api/v1/organizations/{organization}/datasets/by-identifier/{identifier}");
        let headers: Vec<_> = tag.iter().map(|tag| ("if-match", tag.as_str())).collect();
        let fate = told(http.write(Method::PUT, &path, &headers, &document).await)?;
        self.settle(index, &fate)?;
        Ok(Some(fate))
    }

    /// Uploads a file for an object that is made for that.
    async fn upload(&mut self, http: &Http) -> anyhow::Result<Option<Fate>> {
        let known = if self.random.below(4) > 0 { self.any(Way::File) } else { None };
        let Some(index) = known else {
            let index = self.new_object(Way::File);
            let document = self.begin(index)?;
            let fate = told(http.write(Method::POST, "/api/v1/datasets", &[], &document).await)?;
            self.settle(index, &fate)?;
            return Ok(Some(fate));
        };
        let id = self.objects.get(index).and_then(|object| object.id).context("an id")?;
        let fate = told(http.get(&format!("/api/v1/datasets/{id}/distributions")).await)?;
        let Fate::Done(answer) = fate else { return Ok(Some(Fate::Unknown)) };
        let distribution = answer.json()["items"][0]["id"].as_str().context("a distribution")?.to_owned();
        let path = format!("/api/v1/distributions/{distribution}/file?filename=serie.csv");
        let lines = if self.random.below(8) == 0 { 120_000 } else { self.random.below(4_000) };
        let file = Object::next_file(&self.words.next(), lines + 1);
        let object = self.objects.get_mut(index).context("no such object")?;
        object.distribution = Some(distribution);
        object.pending_file = Some(Digest::of(file.as_bytes()));
        let word = object.versions.last().map(|version| version.word.clone()).unwrap_or_default();
        object.pending = Some(object.next(word));
        let headers: &[(&str, &str)] = if object.file.is_some() { &[("if-match", "*")] } else { &[] };
        let fate = told(http.send(Method::PUT, &path, headers, file.into()).await)?;
        if matches!(fate, Fate::Done(_)) {
            object.acknowledge(None, None);
            object.file = object.pending_file.take();
        }
        Ok(Some(fate))
    }

    /// Sends a catalog of some new and some known objects; acknowledged is the whole of it.
    async fn import(&mut self, http: &Http) -> anyhow::Result<Option<Fate>> {
        let mut chosen = Vec::new();
        for _ in 0..=self.random.below(BATCH) {
            let known = if self.random.below(3) == 0 { self.any(Way::Import) } else { None };
            chosen.push(known.unwrap_or_else(|| self.new_object(Way::Import)));
        }
        chosen.sort_unstable();
        chosen.dedup();
        let mut lines = String::new();
        for index in &chosen {
            lines.push_str(&self.begin(*index)?.to_string());
            lines.push('\n');
        }
        let path = format!("/api/v1/import?source=swarm-{}", self.name);
        let fate = told(http.send(Method::POST, &path, &[], lines.into()).await)?;
        if let Fate::Done(answer) = &fate {
            let tally = answer.json()["tally"].clone();
            let taken = ["created", "updated"].map(|outcome| tally[outcome].as_u64().unwrap_or_default());
            ensure!(taken.iter().sum::<u64>() == u64::try_from(chosen.len())?, "{}", answer.text());
            for index in chosen {
                self.objects.get_mut(index).context("no such object")?.acknowledge(None, None);
            }
        }
        Ok(Some(fate))
    }

    /// Where the object is and the tag of its current revision; nothing when the server is gone.
    async fn place(&self, http: &Http, index: usize) -> anyhow::Result<Option<(String, String)>> {
        let object = self.objects.get(index).context("no such object")?;
        let id = object.id.with_context(|| format!("{} has no id", object.identifier))?;
        let path = format!("/api/v1/datasets/{id}");
        if let Some(tag) = &object.tag {
            return Ok(Some((path, tag.clone())));
        }
        Ok(match told(http.get(&path).await)? {
            Fate::Done(answer) => Some((path, answer.header("etag").to_owned())),
            Fate::Unknown => None,
        })
    }
}

/// Success, or nothing known; a refusal is a mistake of the writer or of the server.
fn told(answer: anyhow::Result<Answer>) -> anyhow::Result<Fate> {
    match answer {
        Ok(answer) if answer.status.is_success() => Ok(Fate::Done(answer)),
        Ok(answer) if answer.status.as_u16() == 503 => Ok(Fate::Unknown),
        Ok(answer) => bail!("a writer was answered {}: {}", answer.status, answer.text()),
        Err(_gone) => Ok(Fate::Unknown),
    }
}
