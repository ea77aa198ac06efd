//! Files that end whoever reads them: it is the worker, and the server answers.

use std::process::Stdio;

use vitrina_tests::{
    Engine, Program, Setup,
    packing::{Workbook, cells_at},
};

use crate::{inspect, server};

/// A workbook of many small texts, which take far more memory than bytes.
fn crowded(texts: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(3);
    let strings = (0..texts).map(|_| format!("<si><t>{}</t></si>", random.u64(..)));
    let strings = strings.collect::<Vec<_>>().concat();
    Workbook::of("<row><c r=\"A1\" t=\"s\"><v>0</v></c></row>").strings(&strings).finish()
}

#[tokio::test]
async fn a_worker_that_runs_out_of_memory_is_a_refusal_and_more_memory_an_answer() {
    let file = crowded(1_600_000);
    let mut setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    setup.environment.push(("VITRINA_PARSE_MEMORY".to_owned(), "192".to_owned()));
    let mut program = Program::serve(&setup).await.unwrap();
    let before = program.memory().unwrap();
    // It is the file: a small one of the same kind is answered.
    inspect(&program.http(), &crowded(10), "xlsx").await.expect(200).unwrap();
    let answer = inspect(&program.http(), &file, "xlsx").await.expect(422).unwrap().json();
    assert_eq!(answer["code"], "resource-too-complex");
    assert_eq!(answer["errors"][0]["code"], "E-FILE-EXHAUSTED");
    assert!(program.is_alive());
    let more = program.peak_memory().unwrap().saturating_sub(before);
    assert!(more < crate::MEMORY, "{more} bytes more");
    // The control: the same file is no trouble for a worker with the memory for it.
    let (_setup, _program, http) = server().await;
    let answer = inspect(&http, &file, "xlsx").await.expect(200).unwrap().json();
    assert_eq!(answer["tables"][0]["columns"], 1);
}

#[tokio::test]
async fn several_files_at_once_are_all_answered() {
    let (_setup, mut program, http) = server().await;
    let file = crowded(100_000);
    let answers = futures_util::future::join_all((0..6).map(|_| inspect(&http, &file, "xlsx"))).await;
    for answer in answers {
        answer.expect(200).unwrap();
    }
    assert!(program.is_alive());
}

#[tokio::test]
async fn the_command_line_tells_the_same() {
    let setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = setup.data_dir().join(name);
        std::fs::create_dir_all(setup.data_dir()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let table = write("a.csv", b"clave,nombre\n09,Ciudad\n");
    let output = setup.run(&["inspect", &table, "--format", "json"]).unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["inspection"]["tables"][0]["sample"][0][0], "09");
    let locked = write("a.xlsx", &Workbook::of(&cells_at(&["A1", "XFD1048576"])).finish());
    let output = setup.run(&["inspect", &locked, "--lang", "en"]).unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("E-FILE-SHEET-SIZE") && text.contains("17179869184 cells"), "{text}");
}

/// Whoever types the command of the workers learns that it is not for people.
#[tokio::test]
async fn a_worker_without_a_task_says_whose_it_is() {
    let setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    let mut command = setup.command(&["parse-worker", "{}"]).unwrap();
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("only `vitrina` itself gives tasks"));
}
