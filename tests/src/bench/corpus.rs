//! The catalog that is measured: made up here, or found in a folder, with the queries that are asked of it.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, IntoInnerError, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{shape, words};
use crate::Random;

const SEED: u64 = 20_260_301;

/// How many different rare words there are.
const RARE: usize = 20_000;

/// As long as a document of the catalog may be: Vitrina takes none of more than a gibibyte.
const LONGEST: u64 = 1_000_000_000;

/// A catalog and its queries.
#[derive(Debug)]
pub(super) struct Corpus {
    /// The datasets, one document a line, in the dialect of DCAT-US.
    datasets: PathBuf,
    /// How many there are.
    pub(super) size: usize,
    /// What is asked of it.
    pub(super) queries: Vec<Asked>,
}

/// A query: words, and a theme and a format where they are filtered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) words: Vec<String>,
    pub(super) theme: Option<String>,
    pub(super) format: Option<String>,
}

impl Corpus {
    /// Makes a catalog of so many datasets up, in a folder.
    pub(super) fn make(size: usize, queries: usize, folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let datasets = folder.join("datasets.ndjson");
        let mut out = BufWriter::new(File::create(&datasets)?);
        let mut author = Author::new(size);
        for number in 0..size {
            serde_json::to_writer(&mut out, &author.dataset(number))?;
            out.write_all(b"\n")?;
        }
        out.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        let queries = ask(&datasets, size, queries)?;
        Ok(Self { datasets, size, queries })
    }

    /// A catalog from a folder: `datasets.ndjson`, and `queries.tsv` with words, theme and format in its columns.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let datasets = folder.join("datasets.ndjson");
        let file = File::open(&datasets).context("the folder has no datasets.ndjson")?;
        let size = BufReader::new(file).lines().map_while(Result::ok).filter(|line| !line.is_empty()).count();
        let text = fs::read_to_string(folder.join("queries.tsv")).context("the folder has no queries.tsv")?;
        let queries = text.lines().map(Asked::read).filter(|asked| *asked != Asked::read("")).collect();
        Ok(Self { datasets, size, queries })
    }

    /// The files that are imported, one after the other; in a folder, where there are several.
    pub(super) fn files(&self, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        if self.bytes()? <= LONGEST {
            return Ok(vec![self.datasets.clone()]);
        }
        let mut files = Vec::new();
        let mut lines = BufReader::new(File::open(&self.datasets)?).lines().peekable();
        while lines.peek().is_some() {
            let path = folder.join(format!("datasets-{}.ndjson", files.len()));
            let mut out = BufWriter::new(File::create(&path)?);
            let mut written = 0;
            while written < LONGEST
                && let Some(line) = lines.next().transpose()?
            {
                writeln!(out, "{line}")?;
                written += u64::try_from(line.len())? + 1;
            }
            out.flush()?;
            files.push(path);
        }
        Ok(files)
    }

    /// How long the datasets are.
    pub(super) fn bytes(&self) -> anyhow::Result<u64> {
        Ok(fs::metadata(&self.datasets)?.len())
    }

    /// Every document, in order.
    pub(super) fn documents(&self) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Value>>> {
        let lines = BufReader::new(File::open(&self.datasets)?).lines();
        Ok(lines
            .filter(|line| line.as_ref().map_or(true, |line| !line.is_empty()))
            .map(|line| Ok(serde_json::from_str(&line?)?)))
    }
}

impl Asked {
    fn read(line: &str) -> Self {
        let mut columns = line.split('\t');
        let words = columns.next().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let mut column = || columns.next().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Self { words, theme: column(), format: column() }
    }
}

/// Takes queries from the words of datasets that are there: most of two words of a title, some filtered.
fn ask(datasets: &Path, size: usize, count: usize) -> anyhow::Result<Vec<Asked>> {
    let mut random = Random::new(SEED ^ 0x2a);
    let chosen: BTreeSet<usize> = (0..count).map(|_| random.below(size)).collect();
    let mut queries = Vec::with_capacity(chosen.len());
    for (number, line) in BufReader::new(File::open(datasets)?).lines().enumerate() {
        let line = line?;
        if !chosen.contains(&number) {
            continue;
        }
        let document: Value = serde_json::from_str(&line)?;
        let long = |name: &str, least: usize| -> Vec<String> {
            let text = document[name].as_str().unwrap_or_default().to_lowercase();
            let words = text.split(|c: char| !c.is_alphanumeric());
            words
                .filter(|word| word.chars().count() > least && word.parse::<u32>().is_err())
                .map(str::to_owned)
                .collect()
        };
        let (title, description) = (long("title", 3), long("description", 4));
        let mut take = |from: &[String]| from.get(random.below(from.len())).cloned();
        let mut words: Vec<Option<String>> = match number % 20 {
            0..=6 => vec![take(&title)],
            7..=13 => vec![take(&title), take(&title)],
            14..=16 => vec![take(&title), take(&title), take(&description)],
            _ => vec![take(&description)],
        };
        words.dedup();
        let theme = (number % 5 < 2).then(|| document["theme"][0].as_str().map(str::to_owned)).flatten();
        let format = document["distribution"][0]["format"].as_str().map(str::to_owned);
        let format = format.filter(|_| number % 3 == 0);
        queries.push(Asked { words: words.into_iter().flatten().collect(), theme, format });
    }
    Ok(queries)
}

/// Who writes the datasets.
struct Author {
    random: Random,
    rare: Vec<String>,
    publishers: usize,
}

impl Author {
    fn new(size: usize) -> Self {
        let mut syllables = Random::new(SEED ^ 2);
        let mut word = || {
            let length = 3 + syllables.below(3);
            (0..length).filter_map(|_| syllables.pick(&words::SYLLABLES).copied()).collect()
        };
        let rare = (0..RARE).map(|_| word()).collect();
        Self { random: Random::new(SEED), rare, publishers: shape::publishers(size) }
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        self.random.pick(from).copied().unwrap_or_default()
    }

    /// One of a list whose first members are frequent.
    fn frequent(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.random.skewed(from.len())).copied().unwrap_or_default()
    }

    fn rare(&mut self) -> String {
        let place = self.random.skewed(self.rare.len());
        self.rare.get(place).cloned().unwrap_or_default()
    }

    fn dataset(&mut self, number: usize) -> Value {
        let (subject, theme) = self.subject();
        let year = 2005 + self.random.below(21);
        let place = self.frequent(&words::PLACES);
        let publisher = self.random.skewed(self.publishers);
        let identifier = format!("{:016x}-{number}", self.random.number());
        let mut themes = vec![theme];
        if self.random.happens(shape::WITH_SECOND_THEME) {
            themes.push(self.frequent(&words::THEMES));
            themes.dedup();
        }
        let issued = 1 + self.random.below(28);
        json!({
            "@type": "dcat:Dataset",
            "identifier": identifier,
            "title": self.title(subject, place, year),
            "description": self.description(subject),
            "keyword": self.keywords(subject, place),
            "theme": themes,
            "issued": format!("{year}-{:02}-{issued:02}", 1 + self.random.below(12)),
            "modified": format!("{}-{:02}-{issued:02}", year + self.random.below(3), 1 + self.random.below(12)),
            "accrualPeriodicity": weighted(&mut self.random, &shape::FREQUENCIES),
            "publisher": {"@type": "org:Organization", "name": institution(publisher), "identifier": format!("inst-{publisher:03}")},
            "contactPoint": {
                "@type": "vcard:Contact",
                "fn": format!("Unidad de Transparencia de {}", institution(publisher)),
                "hasEmail": format!("mailto:transparencia{publisher}@datos.example.org"),
            },
            "accessLevel": "public",
            "license": weighted(&mut self.random, &shape::LICENCES),
            "language": ["es"],
            "spatial": place,
            "temporal": format!("{year}-01-01/{year}-12-31"),
            "landingPage": format!("https://datos.example.org/conjuntos/{identifier}"),
            "distribution": self.distributions(&identifier, subject, year),
        })
    }

    fn subject(&mut self) -> (&'static str, &'static str) {
        let subject = self.random.skewed(words::SUBJECTS.len());
        let named = words::SUBJECTS.get(subject).copied().unwrap_or_default();
        // Most datasets on one subject have its theme.
        let own = words::THEMES.get(subject % words::THEMES.len()).copied().unwrap_or_default();
        let theme = if self.random.happens(70) { own } else { self.frequent(&words::THEMES) };
        (named, theme)
    }

    fn title(&mut self, subject: &str, place: &str, year: usize) -> String {
        let length = self.random.like(&shape::TITLE);
        let mut title = subject.to_owned();
        let more = [self.pick(&words::CUTS).to_owned(), format!("de {place}"), year.to_string()];
        for part in more {
            if title.chars().count() < length {
                title = format!("{title} {part}");
            }
        }
        self.extend(&mut title, length);
        title
    }

    fn description(&mut self, subject: &str) -> String {
        if self.random.happens(shape::WITHOUT_DESCRIPTION) {
            return String::new();
        }
        let length = self.random.like(&shape::DESCRIPTION);
        let mut text = format!("{subject}: {} {}", self.pick(&words::NOUNS), self.pick(&words::ADJECTIVES));
        while text.chars().count() < length {
            let (noun, verb) = (self.frequent(&words::NOUNS), self.pick(&words::VERBS));
            let _ = write!(text, ". Este {noun} {verb}");
            let clause = text.chars().count() + 60;
            self.extend(&mut text, clause);
            let _ = write!(text, ", {}", self.pick(&words::ENDINGS));
        }
        if self.random.happens(shape::DESCRIPTION_IN_HTML) {
            return format!("<p>{text}.</p>");
        }
        text + "."
    }

    /// Goes on with nouns, adjectives and rare words until the text is so long.
    fn extend(&mut self, text: &mut String, length: usize) {
        while text.chars().count() < length {
            let (noun, adjective) = (self.frequent(&words::NOUNS), self.pick(&words::ADJECTIVES));
            let _ = match self.random.below(3) {
                0 => write!(text, " de {noun} {adjective} en {}", self.rare()),
                1 => write!(text, " y {noun} {adjective}"),
                _ => write!(text, " con {noun}"),
            };
        }
    }

    fn keywords(&mut self, subject: &str, place: &str) -> Vec<String> {
        let count = self.random.like(&shape::KEYWORDS).max(1);
        let mut keywords = vec![subject.to_lowercase(), place.to_lowercase()];
        keywords.truncate(count);
        while keywords.len() < count {
            let word = self.frequent(&words::NOUNS);
            let keyword = match self.random.below(4) {
                0 => self.rare(),
                1 => format!("{word} {}", self.pick(&words::ADJECTIVES)),
                _ => word.to_owned(),
            };
            keywords.push(keyword);
        }
        let mut seen = BTreeSet::new();
        keywords.retain(|keyword| seen.insert(keyword.clone()));
        keywords
    }

    fn distributions(&mut self, identifier: &str, subject: &str, year: usize) -> Vec<Value> {
        let count = self.random.like(&shape::DISTRIBUTIONS).max(1);
        let distribution = |place: usize| {
            let weights = shape::FORMATS.map(|(_, _, weight)| weight);
            let chosen = self.random.weighted(&weights);
            let (format, media_type, _) = shape::FORMATS.get(chosen).copied().unwrap_or_default();
            json!({
                "@type": "dcat:Distribution",
                "title": format!("{subject} {year} ({format})"),
                "format": format,
                "mediaType": media_type,
                "downloadURL": format!(
                    "https://datos.example.org/archivos/{identifier}/{place}.{}", format.to_lowercase()
                ),
            })
        };
        (0..count).map(distribution).collect()
    }
}

fn institution(number: usize) -> String {
    let kind = words::INSTITUTIONS.get(number % words::INSTITUTIONS.len()).copied().unwrap_or_default();
    let place = words::PLACES.get(number / words::INSTITUTIONS.len() % words::PLACES.len());
    format!("{kind} {}", place.copied().unwrap_or_default())
}

fn weighted<const N: usize>(random: &mut Random, from: &[(&'static str, usize); N]) -> &'static str {
    let place = random.weighted(&from.map(|(_, weight)| weight));
    from.get(place).map_or("", |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::{super::distribution::Quantiles, *};

    fn made(size: usize) -> (tempfile::TempDir, Corpus) {
        let folder = tempfile::tempdir().unwrap();
        let corpus = Corpus::make(size, 50, folder.path()).unwrap();
        (folder, corpus)
    }

    #[test]
    fn the_same_catalog_is_made_again_and_is_as_large_as_real_ones() {
        let (_one, one) = made(2_000);
        let (_other, other) = made(2_000);
        let bytes = fs::read(&one.datasets).unwrap();
        assert_eq!(bytes, fs::read(&other.datasets).unwrap());
        assert_eq!(one.queries, other.queries);
        let mean = bytes.len() / 2_000;
        assert!((2_100..=2_900).contains(&mean), "{mean} bytes a dataset");
    }

    #[test]
    fn a_catalog_is_read_from_a_folder_as_it_was_made() {
        let (folder, corpus) = made(100);
        let lines: Vec<String> = corpus
            .queries
            .iter()
            .map(|asked| {
                let filter = |value: &Option<String>| value.clone().unwrap_or_default();
                format!("{}\t{}\t{}", asked.words.join(" "), filter(&asked.theme), filter(&asked.format))
            })
            .collect();
        fs::write(folder.path().join("queries.tsv"), lines.join("\n")).unwrap();
        let read = Corpus::open(folder.path()).unwrap();
        assert_eq!(corpus.documents().unwrap().map(Result::unwrap).count(), 100);
        assert_eq!((read.size, read.queries), (100, corpus.queries));
    }

    #[test]
    fn shapes_are_embedded_whole() {
        let Quantiles(points) = shape::DISTRIBUTIONS;
        assert!(points.is_sorted() && points[6].0 == 1000);
    }
}
