//! A catalog made up for getting to know Vitrina: real institutions, invented data, mixed quality.

/// The catalog, a `data.json` in the dialect that Mexican institutions publish.
pub(crate) const CATALOG: &str = include_str!("../demo/catalog.json");

/// The name of its source, by which everything of it can be told from real records.
pub(crate) const SOURCE: &str = "demo";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    fn catalog() -> Value {
        serde_json::from_str(CATALOG).unwrap()
    }

    fn datasets() -> Vec<Value> {
        catalog()["dataset"].as_array().unwrap().clone()
    }

    #[test]
    fn nobody_can_take_it_for_real_data() {
        let catalog = catalog();
        assert!(catalog["title"]["es"].as_str().unwrap().contains("demostración"));
        assert!(catalog["title"]["en"].as_str().unwrap().contains("Demonstration"));
        for dataset in datasets() {
            assert!(dataset["comments"].as_str().unwrap().contains("demostración"), "{}", dataset["title"]);
        }
    }

    #[test]
    fn it_points_to_nobodys_addresses() {
        let mut pending = vec![Value::Array(datasets())];
        while let Some(value) = pending.pop() {
            match value {
                Value::String(text) if text.contains("://") || text.contains('@') => {
                    let reserved =
                        ["example.org", "datos.gob.mx/libreusomx", "creativecommons.org/licenses/"];
                    assert!(reserved.iter().any(|host| text.contains(host)), "{text}");
                }
                Value::Array(items) => pending.extend(items),
                Value::Object(members) => pending.extend(members.into_iter().map(|(_, value)| value)),
                _ => {}
            }
        }
    }

    #[test]
    fn it_shows_a_variety_of_everything() {
        let datasets = datasets();
        let distinct = |pick: &dyn Fn(&Value) -> Option<String>| {
            datasets.iter().filter_map(pick).collect::<HashSet<_>>().len()
        };
        assert!(datasets.len() >= 30);
        assert_eq!(distinct(&|d| d["identifier"].as_str().map(str::to_owned)), datasets.len());
        assert!(distinct(&|d| d["publisher"]["name"].as_str().map(str::to_owned)) >= 15);
        assert!(distinct(&|d| d["theme"][0].as_str().map(str::to_owned)) >= 10);
        assert!(distinct(&|d| d["accrualPeriodicity"].as_str().map(str::to_owned)) >= 6);
        assert!(distinct(&|d| d["spatial"][0]["identifier"].as_str().map(str::to_owned)) >= 8);
        let translated = datasets.iter().filter(|d| d["title"].is_object()).count();
        assert!(translated > 5 && translated < datasets.len());
        let unlicensed = datasets.iter().filter(|d| d["distribution"][0]["license"].is_null()).count();
        assert!(unlicensed > 0, "some records are badly made, on purpose");
    }
}
