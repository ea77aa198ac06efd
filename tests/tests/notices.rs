//! A filter that can match nothing says so, and says what there is.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use serde_json::{Value, json};
use vitrina_tests::{Engine, Http, Program, Setup};

async fn notices(http: &Http, target: &str) -> Value {
    http.get(target).await.unwrap().expect(200).unwrap().json()["notices"].take()
}

#[tokio::test]
async fn a_filter_on_a_value_that_no_record_has_says_so() {
    let mut setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    setup.arguments.push("--demo".to_owned());
    let server = Program::serve(&setup).await.unwrap();
    let http = server.http();
    for list in ["/api/v1/datasets", "/api/v1/search"] {
        assert_eq!(notices(&http, &format!("{list}?format=CSV")).await, Value::Null);
        // Each value is there; only together do they match nothing, and no single one is to blame.
        assert_eq!(notices(&http, &format!("{list}?format=CSV&q=zanahoria")).await, Value::Null);
        let found = notices(&http, &format!("{list}?format=CVS&theme=ENER&lang=en")).await;
        let expected = json!([{
            "code": "value-not-present",
            "parameter": "format",
            "value": "CVS",
            "message": "no record has \"CVS\" as its format; did you mean \"CSV\"?",
            "nearest": "CSV",
        }]);
        assert_eq!(found, expected);
        let found = notices(&http, &format!("{list}?q=publisher:nadie")).await;
        assert_eq!(found[0]["parameter"], "publisher");
        assert!(
            found[0]["message"].as_str().unwrap().starts_with("ningún registro tiene «nadie»"),
            "{found}"
        );
    }
}
