//! A catalog to search in, made up from a few words in a fixed order.

use anyhow::ensure;
use serde_json::{Value, json};
use vitrina_tests::Setup;

/// How many datasets there are.
pub(crate) const DATASETS: usize = 2_000;

/// What titles are made of, and what is searched for.
pub(crate) const WORDS: [&str; 16] = [
    "agua",
    "presupuesto",
    "salud",
    "escuelas",
    "contratos",
    "transporte",
    "población",
    "vivienda",
    "seguridad",
    "empleo",
    "turismo",
    "clima",
    "energía",
    "cultura",
    "deporte",
    "residuos",
];

/// Some word of the list; neighbours in number are not neighbours in the list.
pub(crate) fn word(number: usize) -> &'static str {
    WORDS.get(number.wrapping_mul(7) % WORDS.len()).copied().unwrap_or_default()
}

/// One dataset, as it is imported and as it is written.
pub(crate) fn dataset(number: usize) -> Value {
    let words = [word(number), word(number / 3 + 1), word(number / 7 + 2), word(number / 11 + 5)];
    json!({
        "@type": "dcat:Dataset",
        "identifier": format!("overload-{number}"),
        "title": format!("{} y {} del municipio {number}", words[0], words[1]),
        "description": format!("Registro de {} y {} por colonia, mes y dependencia.", words[2], words[3]).repeat(4),
        "keyword": words,
        "theme": [words[0]],
        "modified": format!("20{:02}-0{}-1{}", 10 + number % 16, 1 + number % 9, number % 9),
        "publisher": { "name": format!("Dependencia {}", number % 40) },
        "accessLevel": "public",
        "distribution": [{
            "title": "Tabla", "mediaType": "text/csv",
            "downloadURL": format!("https://datos.example.org/{number}.csv"),
        }],
    })
}

/// Imports the catalog; returns when it is stored.
pub(crate) fn import(setup: &Setup) -> anyhow::Result<()> {
    let file = setup.data_dir().with_extension("json");
    let datasets: Vec<Value> = (0..DATASETS).map(dataset).collect();
    std::fs::write(
        &file,
        json!({ "conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": datasets })
            .to_string(),
    )?;
    let output = setup.run(&["import", &file.to_string_lossy(), "--source", "overload"])?;
    std::fs::remove_file(&file)?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
