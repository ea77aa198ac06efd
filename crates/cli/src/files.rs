//! The documents that a command names: files, folders, standard input.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Extensions that documents in a folder are known by.
const EXTENSIONS: [&str; 4] = ["json", "jsonld", "jsonl", "ndjson"];

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// How people know it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    /// The name of its source when the document does not name itself: the lower-case file stem.
    pub(crate) fn stem(&self) -> String {
        let stem = match self {
            Self::File(path) => path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()),
            Self::Stdin => None,
        };
        stem.unwrap_or_else(|| "stdin".to_owned())
    }

    /// Its bytes.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send>, Failure> {
        match self {
            Self::File(path) => match File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) => Err(Failure::because(format!("cannot open {}", path.display()), error)),
            },
            Self::Stdin => Ok(Box::new(io::stdin())),
        }
    }
}

/// The documents behind the paths of a command line, in order; folders give theirs sorted by name.
pub(crate) fn inputs(paths: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            if inputs.contains(&Input::Stdin) {
                return Err(Failure::usage("standard input is named twice").help("- can be given once"));
            }
            inputs.push(Input::Stdin);
            continue;
        }
        let kind = fs::metadata(path).map_err(|error| missing(path, &error))?;
        if kind.is_dir() {
            inputs.extend(folder(path)?.into_iter().map(Input::File));
        } else {
            inputs.push(Input::File(path.clone()));
        }
    }
    Ok(inputs)
}

fn missing(path: &Path, error: &io::Error) -> Failure {
    let sentence = format!("cannot read {}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(sentence).help(neighbour(path).map_or_else(
            || "check the path; - stands for standard input".to_owned(),
            |name| format!("did you mean {name}?"),
        )),
        _ => Failure::usage(sentence),
    }
}

/// The name in the same folder that is most like the one asked for.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| {
            let likeness = strsim::jaro_winkler(&entry.file_name().to_string_lossy().to_lowercase(), &wanted);
            (likeness, entry.path())
        })
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, path)| path.display().to_string())
}

/// Every document in a folder and the folders below it. Links to folders are not followed: they may form rings.
fn folder(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        let unreadable =
            |error| Failure::because(format!("cannot read the folder {}", folder.display()), error);
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            if entry.file_type().map_err(unreadable)?.is_dir() {
                pending.push(path);
            } else if is_document(&path) {
                found.push(path);
            }
        }
    }
    if found.is_empty() {
        return Err(Failure::usage(format!("{} holds no catalog", root.display()))
            .help(format!("in folders, files named *.{} are read", EXTENSIONS.join(", *."))));
    }
    found.sort();
    Ok(found)
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    path.is_file() && extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        dir
    }

    #[test]
    fn folders_give_their_documents_sorted_and_nothing_else() {
        let dir = tree(&["b.json", "a/deep/C.NDJSON", "a/readme.md", "z.jsonld", "notes.txt"]);
        let names: Vec<String> = inputs(&[dir.path().to_owned()])
            .unwrap()
            .iter()
            .map(|input| input.name().replace(&format!("{}/", dir.path().display()), ""))
            .collect();
        assert_eq!(names, ["a/deep/C.NDJSON", "b.json", "z.jsonld"]);
    }

    #[test]
    fn a_file_is_taken_whatever_its_name() {
        let dir = tree(&["catalog.txt"]);
        let path = dir.path().join("catalog.txt");
        let inputs = inputs(&[path.clone(), PathBuf::from("-")]).unwrap();
        assert_eq!(inputs, [Input::File(path), Input::Stdin]);
        assert_eq!(inputs.iter().map(Input::stem).collect::<Vec<_>>(), ["catalog", "stdin"]);
    }

    #[test]
    fn an_empty_folder_and_a_missing_file_say_what_to_do() {
        let dir = tree(&["data.json", "empty/readme.md"]);
        let empty = inputs(&[dir.path().join("empty")]).unwrap_err().to_string();
        assert!(empty.contains("holds no catalog") && empty.contains("*.json"), "{empty}");
        let missing = inputs(&[dir.path().join("dta.json")]).unwrap_err().to_string();
        assert!(missing.contains("did you mean") && missing.contains("data.json"), "{missing}");
        let twice = inputs(&["-".into(), "-".into()]).unwrap_err().to_string();
        assert!(twice.contains("twice"), "{twice}");
    }

    #[cfg(unix)]
    #[test]
    fn rings_of_links_end() {
        let dir = tree(&["data.json"]);
        std::os::unix::fs::symlink(dir.path(), dir.path().join("ring")).unwrap();
        assert_eq!(inputs(&[dir.path().to_owned()]).unwrap().len(), 1);
    }
}
